/** The parts that answer requests: apis and edges, with what shares the requests out and adds more of them. */
import { Deployment } from 'kubernetes-models/apps/v1'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2'
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import { Service, type IResourceRequirements } from 'kubernetes-models/v1'
import { labelsOf } from './labels.ts'
import { podTemplate, spread } from './pod.ts'

type Front = 'api' | 'edge'

const host = 'video.example.org'

/** The memory cache is a quarter of the edge's memory; its disk cache goes with the pod. */
const parts: Record<Front, { settings: Record<string, string>; scratch: Record<string, string>; resources: IResourceRequirements; most: number }> = {
  api: {
    settings: { SLUICE_ROLES: 'api' },
    scratch: { '/tmp': '1Gi' },
    resources: { requests: { cpu: '500m', memory: '512Mi' }, limits: { memory: '1Gi' } },
    most: 10,
  },
  edge: {
    settings: { SLUICE_ROLES: 'edge', SLUICE_EDGE_MEMORY_BYTES: '512M', SLUICE_EDGE_DISK_BYTES: '50G', SLUICE_EDGE_DISK_DIR: '/cache' },
    scratch: { '/tmp': '1Gi', '/cache': '60Gi' },
    resources: { requests: { cpu: '1', memory: '1Gi', 'ephemeral-storage': '60Gi' }, limits: { memory: '2Gi' } },
    most: 40,
  },
}

/** Everything of one of the two, in the order in which it is applied. */
export function frontPart(component: Front) {
  const { settings, scratch, resources, most } = parts[component]
  const labels = labelsOf(component)
  const metadata = { name: component, labels }
  return [
    new Service({ metadata, spec: { selector: labels, ports: [{ name: 'http', port: 80, targetPort: 'http' }] } }),
    new Deployment({
      metadata,
      spec: {
        selector: { matchLabels: labels },
        // One more is started before one is stopped: capacity never falls.
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: podTemplate({ component, settings, scratch, resources, spec: spread(component) }),
      },
    }),
    new PodDisruptionBudget({ metadata, spec: { maxUnavailable: 1, selector: { matchLabels: labels } } }),
    new HorizontalPodAutoscaler({
      metadata,
      spec: {
        scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: component },
        minReplicas: 2,
        maxReplicas: most,
        metrics: [{ type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 60 } } }],
      },
    }),
  ]
}

const backend = (name: Front | 'nowhere') => ({ service: { name, port: { name: 'http' } } })

/** Leads to no pod: an Ingress can't refuse a path otherwise. */
export const nowhere = new Service({ metadata: { name: 'nowhere', labels: labelsOf() }, spec: { ports: [{ name: 'http', port: 80 }] } })

/** Delivery goes to the edges, the rest to the apis. What processes tell of themselves is not for everybody. */
export const ingress = new Ingress({
  metadata: { name: 'sluice', labels: labelsOf() },
  spec: {
    tls: [{ hosts: [host], secretName: 'sluice-tls' }],
    rules: [
      {
        host,
        http: {
          paths: [
            { path: '/p/', pathType: 'Prefix', backend: backend('edge') },
            { path: '/posters/', pathType: 'Prefix', backend: backend('edge') },
            { path: '/metrics', pathType: 'Exact', backend: backend('nowhere') },
            { path: '/', pathType: 'Prefix', backend: backend('api') },
          ],
        },
      },
    ],
  },
})

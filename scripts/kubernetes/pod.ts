/** The pod of every part: not root, nothing to write to but scratch space, drained before it goes. */
import type { IContainer, IPodSpec, IPodTemplateSpec, IResourceRequirements } from 'kubernetes-models/v1'
import { labelsOf, type Component } from './labels.ts'
import { environment } from './settings.ts'

/** The image's user `node`. */
const user = 1000
const httpPort = 8080

export type PodOptions = {
  component: Component
  /** Settings of this part alone. */
  settings?: Record<string, string>
  /** Where it may write, with the most that may lie there: a directory each, which goes with the pod. */
  scratch: Record<string, string>
  resources: IResourceRequirements
  /** Words after `sluice`; `serve` when absent. */
  args?: string[]
  spec?: Partial<IPodSpec>
}

/** `serve` drains for at most 25 s; the load balancer needs some seconds before that to see that the pod is leaving. */
const leavingSeconds = 5
const drainSeconds = 25

export function podTemplate({ component, settings = {}, scratch, resources, args, spec }: PodOptions): IPodTemplateSpec {
  const isServer = args === undefined
  const container: IContainer = {
    name: 'sluice',
    image: 'sluice',
    ...(args && { args }),
    envFrom: environment.envFrom,
    env: [...Object.entries(settings).map(([name, value]) => ({ name, value })), ...environment.secretEnv],
    resources,
    securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
    volumeMounts: Object.keys(scratch).map((path) => ({ name: volumeOf(path), mountPath: path })),
    ...(isServer && serving),
  }
  return {
    metadata: {
      labels: labelsOf(component),
      ...(isServer && { annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': String(httpPort), 'prometheus.io/path': '/metrics' } }),
    },
    spec: {
      automountServiceAccountToken: false,
      // Or the cluster sets SLUICE_…_PORT for Services of ours, which are no settings: the process would refuse to start.
      enableServiceLinks: false,
      securityContext: { runAsNonRoot: true, runAsUser: user, runAsGroup: user, fsGroup: user, seccompProfile: { type: 'RuntimeDefault' } },
      ...(isServer && { terminationGracePeriodSeconds: leavingSeconds + drainSeconds + 5 }),
      containers: [container],
      volumes: Object.entries(scratch).map(([path, sizeLimit]) => ({ name: volumeOf(path), emptyDir: { sizeLimit } })),
      ...spec,
    },
  }
}

const volumeOf = (path: string): string => path.slice(1)

const probe = (path: string, others: { periodSeconds: number; failureThreshold: number }) => ({ httpGet: { path, port: 'http' }, timeoutSeconds: 5, ...others })

/** A store that is away takes a pod out of the Service, and is no reason to restart it: that is /healthz's, which asks nothing of others. */
const serving: Partial<IContainer> = {
  ports: [{ name: 'http', containerPort: httpPort }],
  startupProbe: probe('/healthz', { periodSeconds: 2, failureThreshold: 60 }),
  livenessProbe: probe('/healthz', { periodSeconds: 10, failureThreshold: 6 }),
  readinessProbe: probe('/readyz', { periodSeconds: 5, failureThreshold: 2 }),
  lifecycle: { preStop: { exec: { command: ['sleep', String(leavingSeconds)] } } },
}

/** Not two of a kind on one machine while there are others. */
export const spread = (component: Component): Partial<IPodSpec> => ({
  topologySpreadConstraints: [{ maxSkew: 1, topologyKey: 'kubernetes.io/hostname', whenUnsatisfiable: 'ScheduleAnyway', labelSelector: { matchLabels: labelsOf(component) } }],
})

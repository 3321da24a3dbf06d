/** The encoders: some on machines that stay, for what somebody waits for, and many on machines that may leave, for the rest. */
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1'
import { Deployment } from 'kubernetes-models/apps/v1'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1'
import type { IPodSpec } from 'kubernetes-models/v1'
import { assumptions } from '../../packages/cli/src/plan/assumptions.ts'
import { labelsOf } from './labels.ts'
import { podTemplate, spread } from './pod.ts'

type Encoder = 'encoder-opening' | 'encoder-bulk'

/** Whole cores, and no more than were asked for: an encoder starts as many threads as it is given processors. */
const cores: Record<Encoder, number> = { 'encoder-opening': 4, 'encoder-bulk': 4 }
/** Share of an encoder's cores that its tasks keep busy. */
const coreUse = assumptions['core-use'].default

const priorities: Record<Encoder, string[]> = { 'encoder-opening': ['0', '1'], 'encoder-bulk': ['2', '3'] }
/** How long what is in the queue may take: a new video is begun within seconds, the ladder is made within ten minutes. */
const queueSeconds: Record<Encoder, number> = { 'encoder-opening': 5, 'encoder-bulk': 600 }
/** Nobody measures what no encoder of a priority does: one stays (docs/decisions/0072). Two where somebody waits. */
const replicas: Record<Encoder, { least: number; most: number }> = { 'encoder-opening': { least: 2, most: 40 }, 'encoder-bulk': { least: 1, most: 400 } }

/** Machines that cost a third and leave at a minute's notice carry this label and this taint; names differ by provider. */
const spot: Partial<IPodSpec> = {
  nodeSelector: { lifecycle: 'spot' },
  tolerations: [{ key: 'lifecycle', operator: 'Equal', value: 'spot', effect: 'NoSchedule' }],
}

/** Everything of one of the two, in the order in which it is applied. */
export function encoderPart(component: Encoder) {
  const labels = labelsOf(component)
  const metadata = { name: component, labels }
  const cpu = String(cores[component])
  const isBulk = component === 'encoder-bulk'
  const template = podTemplate({
    component,
    settings: { SLUICE_ROLES: 'encoder', SLUICE_ENCODER_PRIORITIES: priorities[component].join(',') },
    scratch: { '/tmp': '1Gi', '/work': '20Gi' },
    resources: { requests: { cpu, memory: '4Gi', 'ephemeral-storage': '20Gi' }, limits: { cpu, memory: '8Gi' } },
    spec: isBulk ? spot : spread(component),
  })
  return [
    new Deployment({ metadata, spec: { selector: { matchLabels: labels }, template } }),
    // A drained bulk task goes back to the queue at once: any number may leave, as long as it is not all of them.
    new PodDisruptionBudget({ metadata, spec: { maxUnavailable: isBulk ? '50%' : 1, selector: { matchLabels: labels } } }),
    scaledObject(component),
  ]
}

/** As many as empty the queue in `queueSeconds`, by the processor time that its tasks will take. */
function scaledObject(component: Encoder): ScaledObject {
  const { least, most } = replicas[component]
  return new ScaledObject({
    metadata: { name: component, labels: labelsOf(component) },
    spec: {
      scaleTargetRef: { name: component },
      minReplicaCount: least,
      maxReplicaCount: most,
      pollingInterval: 15,
      advanced: { horizontalPodAutoscalerConfig: { behavior: { scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: 'Percent', value: 25, periodSeconds: 60 }] } } } },
      triggers: [
        {
          type: 'prometheus',
          metricType: 'AverageValue',
          metadata: {
            serverAddress: 'http://prometheus:9090',
            query: `sum(avg by (priority) (sluice_queue_cpu_seconds{priority=~"${priorities[component].join('|')}"}))`,
            threshold: String(cores[component] * coreUse * queueSeconds[component]),
          },
        },
      ],
    },
  })
}

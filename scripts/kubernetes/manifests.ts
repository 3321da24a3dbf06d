/** The manifests of deploy/kubernetes as texts: models that are checked against Kubernetes' own schemas, written as YAML. */
import { Job } from 'kubernetes-models/batch/v1'
import { stringify } from 'yaml'
import { encoderPart } from './encoders.ts'
import { frontPart, ingress, nowhere } from './front.ts'
import { labelsOf } from './labels.ts'
import { podTemplate } from './pod.ts'
import { configMap } from './settings.ts'

/** Of all that the models have, what a file needs. */
type Manifest = { validate(): void; toJSON(): unknown }

/** The tables that a new version needs, before its processes start. Jobs can't be changed: this one goes by itself. */
const migrate = new Job({
  metadata: { name: 'migrate', labels: labelsOf('migrate') },
  spec: {
    backoffLimit: 6,
    ttlSecondsAfterFinished: 600,
    template: podTemplate({
      component: 'migrate',
      scratch: { '/tmp': '1Gi' },
      resources: { requests: { cpu: '100m', memory: '256Mi' }, limits: { memory: '512Mi' } },
      args: ['admin', 'migrate'],
      spec: { restartPolicy: 'OnFailure' },
    }),
  },
})

const parts: Record<string, Manifest[]> = {
  settings: [configMap],
  migrate: [migrate],
  api: frontPart('api'),
  edge: frontPart('edge'),
  'encoder-opening': encoderPart('encoder-opening'),
  'encoder-bulk': encoderPart('encoder-bulk'),
  ingress: [nowhere, ingress],
}

/** Where an installation's own changes begin: namespace, image, patches. */
const kustomization = {
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  namespace: 'sluice',
  resources: Object.keys(parts).map((name) => `${name}.yaml`),
  images: [{ name: 'sluice', newTag: '0.1.0' }],
}

const head = '# Written by `node scripts/kubernetes/write.ts`: change that, or patch this with a kustomization of your own.\n'
const yaml = (value: unknown): string => stringify(value, { lineWidth: 0, aliasDuplicateObjects: false })

/** File names with their texts. Throws where a manifest is not what Kubernetes' or KEDA's schema asks for. */
export function kubernetesFiles(): Map<string, string> {
  const files = Object.entries(parts).map(([name, manifests]): [string, string] => {
    for (const manifest of manifests) manifest.validate()
    return [`${name}.yaml`, head + manifests.map((manifest) => yaml(manifest.toJSON())).join('---\n')]
  })
  return new Map([...files, ['kustomization.yaml', head + yaml(kustomization)]])
}

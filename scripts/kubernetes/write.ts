/** Writes deploy/kubernetes: `node scripts/kubernetes/write.ts`. */
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { kubernetesFiles } from './manifests.ts'

for (const [name, text] of kubernetesFiles()) writeFileSync(resolve(import.meta.dirname, '../../deploy/kubernetes', name), text)

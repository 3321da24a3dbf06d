/** The Kubernetes manifests: valid, as committed, and made of settings, metrics and paths that the product has. */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse, parseAllDocuments } from 'yaml'
import { kubernetesFiles } from '../../../../scripts/kubernetes/manifests.ts'
import { openMeasures } from '../../src/base/measures.ts'
import { readSettings } from '../../src/config/read.ts'
import { openMetrics } from '../../src/http/metrics.ts'
import { repositoryRoot } from '../rules/tree.ts'

const folder = join(repositoryRoot, 'deploy/kubernetes')
/** Throws where a manifest is not what the schemas ask for; unknown fields are the compiler's to find. */
const files = kubernetesFiles()

type Variable = { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }
type Probe = { httpGet: { path: string; port: string } }
type Container = {
  args?: string[]
  env: Variable[]
  envFrom: { configMapRef: { name: string } }[]
  resources: { requests: Record<string, string>; limits: Record<string, string> }
  securityContext: { readOnlyRootFilesystem: boolean }
  volumeMounts: { mountPath: string }[]
  readinessProbe?: Probe
  livenessProbe?: Probe
}
type Pod = { enableServiceLinks: boolean; terminationGracePeriodSeconds?: number; securityContext: { runAsNonRoot: boolean; runAsUser: number }; containers: [Container] }
type Manifest = { kind: string; metadata: { name: string; labels: Record<string, string> }; data?: Record<string, string>; spec: Record<string, never> }

const manifests = [...files].filter(([name]) => name !== 'kustomization.yaml').flatMap(([, text]) => parseAllDocuments(text).map((document) => document.toJS() as Manifest))
const ofKind = (kind: string): Manifest[] => manifests.filter((one) => one.kind === kind)
const podOf = ({ spec }: Manifest): Pod => (spec as unknown as { template: { spec: Pod } }).template.spec
const shared = ofKind('ConfigMap')[0]!.data!
const settingsOf = (manifest: Manifest): Record<string, string> => ({
  ...shared,
  ...Object.fromEntries(podOf(manifest).containers[0].env.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value]]))),
})

test('what is committed is what the models say', () => {
  assert.deepEqual(readdirSync(folder).sort(), [...files.keys()].sort())
  for (const [name, text] of files) assert.equal(readFileSync(join(folder, name), 'utf8'), text, 'run: node scripts/kubernetes/write.ts')
  const { resources } = parse(files.get('kustomization.yaml')!) as { resources: string[] }
  assert.deepEqual(resources.sort(), [...files.keys()].filter((name) => name !== 'kustomization.yaml').sort())
})

test('the server starts with these settings: all are known, and every priority has an encoder', () => {
  const deployments = ofKind('Deployment')
  assert.deepEqual(deployments.map(({ metadata }) => metadata.name).sort(), ['api', 'edge', 'encoder-bulk', 'encoder-opening'])
  const read = deployments.map((one) => readSettings(settingsOf(one)))
  assert.deepEqual([...new Set(read.flatMap(({ SLUICE_ROLES }) => SLUICE_ROLES))].sort(), ['api', 'edge', 'encoder'])
  const encoders = read.filter(({ SLUICE_ROLES }) => SLUICE_ROLES.includes('encoder'))
  assert.deepEqual(encoders.flatMap(({ SLUICE_ENCODER_PRIORITIES }) => SLUICE_ENCODER_PRIORITIES).sort(), ['0', '1', '2', '3'])
  for (const { SLUICE_DOCUMENTS, SLUICE_OBJECTS, SLUICE_QUEUE, SLUICE_SIGNALS } of read) {
    assert.deepEqual([SLUICE_DOCUMENTS, SLUICE_OBJECTS, SLUICE_QUEUE, SLUICE_SIGNALS], ['cassandra', 's3', 'nats', 'nats'], 'no store of one process alone')
  }
})

test('secrets are named, never written, and are settings', () => {
  const secret = /PASSWORD|SECRET|ACCESS_KEY|USERNAME/
  for (const manifest of [...ofKind('Deployment'), ...ofKind('Job')]) {
    const references = podOf(manifest).containers[0].env.filter(({ valueFrom }) => valueFrom)
    assert.ok(references.length > 0)
    assert.ok(references.every(({ name, valueFrom }) => valueFrom!.secretKeyRef.key === name))
    assert.ok(Object.keys(settingsOf(manifest)).every((name) => !secret.test(name)))
    const some: Record<string, string> = { SLUICE_REDIS_URL: 'redis://redis:6379' }
    readSettings(Object.fromEntries(references.map(({ name }) => [name, some[name] ?? 'x'.repeat(32)])))
  }
})

test('pods are confined, probed by paths that are there, and have the time that a drain takes', () => {
  const health = readFileSync(join(repositoryRoot, 'packages/server/src/http/health.ts'), 'utf8')
  const drainSeconds = Number(/drainLimitMs = (\d+)_000/.exec(readFileSync(join(repositoryRoot, 'packages/server/src/main.ts'), 'utf8'))![1])
  for (const manifest of [...ofKind('Deployment'), ...ofKind('Job')]) {
    const pod = podOf(manifest)
    const [container] = pod.containers
    assert.ok(pod.securityContext.runAsNonRoot && pod.securityContext.runAsUser > 0 && container.securityContext.readOnlyRootFilesystem)
    assert.equal(pod.enableServiceLinks, false, 'a Service of ours would set variables that are no settings')
    if (manifest.kind === 'Job') continue
    for (const probe of [container.readinessProbe!, container.livenessProbe!]) assert.ok(health.includes(`app.get('${probe.httpGet.path}'`), probe.httpGet.path)
    assert.equal(container.livenessProbe!.httpGet.path, '/healthz', 'a store that is away is no reason to restart')
    assert.ok(pod.terminationGracePeriodSeconds! > drainSeconds + 5)
    const writable = container.volumeMounts.map(({ mountPath }) => mountPath)
    assert.ok(writable.includes('/tmp'))
    const settings = settingsOf(manifest)
    if (settings['SLUICE_ROLES'] === 'encoder') assert.ok(writable.includes('/work') && container.resources.limits['cpu'] === container.resources.requests['cpu'])
    if (settings['SLUICE_EDGE_DISK_DIR']) assert.ok(writable.includes(settings['SLUICE_EDGE_DISK_DIR']))
  }
})

test('what scales, is kept up or is sent to is there', () => {
  const deployments = ofKind('Deployment').map(({ metadata }) => metadata.name)
  const scaled = [...ofKind('ScaledObject'), ...ofKind('HorizontalPodAutoscaler')].map(({ spec }) => (spec as unknown as { scaleTargetRef: { name: string } }).scaleTargetRef.name)
  assert.deepEqual(scaled.sort(), deployments.sort(), 'each by one')
  for (const kind of ['Deployment', 'PodDisruptionBudget']) {
    for (const { metadata, spec } of ofKind(kind)) assert.deepEqual((spec as unknown as { selector: { matchLabels: unknown } }).selector.matchLabels, metadata.labels)
  }
  const services = new Set(ofKind('Service').map(({ metadata }) => metadata.name))
  const { rules } = ofKind('Ingress')[0]!.spec as unknown as { rules: { http: { paths: { path: string; backend: { service: { name: string } } }[] } }[] }
  const paths = new Map(rules[0]!.http.paths.map(({ path, backend }) => [path, backend.service.name]))
  assert.deepEqual(Object.fromEntries(paths), { '/p/': 'edge', '/posters/': 'edge', '/metrics': 'nowhere', '/': 'api' })
  assert.ok([...paths.values()].every((name) => services.has(name)))
})

test('encoders are scaled by a metric that is told, of the priorities that they take', (t) => {
  const measures = openMeasures()
  const metrics = openMetrics(measures)
  t.after(() => metrics.close())
  for (const priority of ['0', '1', '2', '3']) measures.observe('sluice_task_cpu_seconds', priority, 1)
  const told = metrics.render(([0, 1, 2, 3] as const).map((priority) => ({ priority, ready: 1, delayed: 0, leased: 0, oldestSeconds: 0 })), [])
  for (const { metadata, spec } of ofKind('ScaledObject')) {
    const { triggers } = spec as unknown as { triggers: { metadata: { query: string; threshold: string } }[] }
    const { query, threshold } = triggers[0]!.metadata
    const [, name, wanted] = /(sluice_\w+)\{priority=~"([^"]+)"\}/.exec(query)!
    const deployment = ofKind('Deployment').find((one) => one.metadata.name === metadata.name)!
    assert.equal(wanted!.replaceAll('|', ','), settingsOf(deployment)['SLUICE_ENCODER_PRIORITIES'])
    for (const priority of wanted!.split('|')) assert.match(told, new RegExp(`^${name}\\{priority="${priority}"\\} 1$`, 'm'))
    assert.ok(Number(threshold) > 0)
  }
})

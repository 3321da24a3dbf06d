/** Who may import whom (DESIGN §6), as dependency-cruiser rules. Type imports count. */
import type { IForbiddenRuleType } from 'dependency-cruiser'

const server = '^packages/server/src/'

/** Layers that are not features, each with the layers that it may import besides itself. */
const layers: Record<string, string[]> = {
  base: [],
  domain: ['base', 'ports'],
  ports: ['base', 'domain'],
  config: ['base'],
  records: ['base', 'domain', 'ports'],
  media: ['base', 'domain', 'ports'],
  manifests: ['base', 'domain'],
  http: ['base', 'domain', 'ports', 'records'],
  drivers: ['base', 'domain', 'ports', 'http'],
}
const layerNames = Object.keys(layers)
const notAFeature = [...layerNames, 'roles'].join('|')

/** A layer may import what is listed and itself, nothing else of the server. */
const layerRules = layerNames.map((layer): IForbiddenRuleType => ({
  name: `layer-${layer}`,
  severity: 'error',
  from: { path: `${server}${layer}/` },
  to: { path: `${server}(?!(${[layer, ...layers[layer]!].join('|')})/)` },
}))

/** Client libraries of backends and where they are at home; a driver swap then touches one folder. */
const homes: { name: string; modules: string; home: string }[] = [
  { name: 'sqlite', modules: '^(node:)?sqlite$|^node_modules/(better-)?sqlite', home: `${server}drivers/` },
  { name: 'argon2', modules: '^node_modules/@node-rs/argon2|^@node-rs/argon2', home: `${server}accounts/` },
  { name: 's3', modules: '^(node_modules/)?@aws-sdk/', home: `${server}drivers/objects/` },
  { name: 'cassandra', modules: '^(node_modules/)?cassandra-driver', home: `${server}drivers/documents/` },
  { name: 'nats', modules: '^(node_modules/)?(nats|@nats-io)(/|$)', home: `${server}drivers/(queue|signals|nats-connection)/` },
  { name: 'redis', modules: '^(node_modules/)?(ioredis|redis|iovalkey|@redis)(/|$)', home: `${server}drivers/cache/` },
  { name: 'opensearch', modules: '^(node_modules/)?@opensearch-project/', home: `${server}drivers/search/` },
  { name: 'pino', modules: '^(node_modules/)?pino(/|$)', home: `${server}roles/` },
  { name: 'opentelemetry', modules: '^(node_modules/)?@opentelemetry(/|$)', home: `${server}roles/` },
  { name: 'shaka', modules: '^(node_modules/)?shaka-player(/|$)', home: '^packages/web/src/player/' },
]
const homeRules = homes.map(({ name, modules, home }): IForbiddenRuleType => ({
  name: `home-of-${name}`,
  severity: 'error',
  from: { path: '^packages/[^/]+/src/', pathNot: home },
  to: { path: modules },
}))

/** Packages, each with the packages that it may import. */
const packages: Record<string, string[]> = { contract: [], sdk: ['contract'], web: ['contract', 'sdk'], server: ['contract'], cli: ['contract', 'sdk', 'server'] }
const packageRules = Object.entries(packages).map(([name, allowed]): IForbiddenRuleType => ({
  name: `package-${name}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: { path: `^packages/(?!(${[name, ...allowed].join('|')})/)|^(bench|scripts)/|^packages/[^/]+/test/` },
}))

export const importLaw: IForbiddenRuleType[] = [
  { name: 'cycle', severity: 'error', from: {}, to: { circular: true } },
  { name: 'unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ...layerRules,
  {
    name: 'feature-imports-feature',
    severity: 'error',
    from: { path: `${server}(?!(?:${notAFeature})/)([^/]+)/` },
    to: { path: `${server}(?!(${notAFeature})/)[^/]+/`, pathNot: `${server}$1/` },
  },
  {
    name: 'feature-imports-upward',
    severity: 'error',
    from: { path: `${server}(?!(?:${notAFeature})/)[^/]+/` },
    to: { path: `${server}((roles|drivers)/|[^/]+\\.ts$)` },
  },
  {
    name: 'feature-imports-config',
    severity: 'error',
    from: { path: `${server}(?!(?:${notAFeature})/)[^/]+/` },
    to: { path: `${server}config/`, dependencyTypesNot: ['type-only'] },
  },
  { name: 'roles-import-main', severity: 'error', from: { path: `${server}roles/` }, to: { path: `${server}[^/]+\\.ts$` } },
  {
    name: 'driver-imports-driver',
    severity: 'error',
    from: { path: `${server}drivers/(documents|objects|queue|signals|cache|search)/([^/]+)` },
    to: { path: `${server}drivers/(documents|objects|queue|signals|cache|search)/`, pathNot: `${server}drivers/$1/$2` },
  },
  ...homeRules,
  {
    name: 'spawn-outside-media',
    severity: 'error',
    from: { path: '^packages/(server|sdk|web|contract)/src/', pathNot: `${server}media/run\\.ts$` },
    to: { path: '^(node:)?child_process$' },
  },
  { name: 'node-in-the-browser', severity: 'error', from: { path: '^packages/(web|contract)/src/' }, to: { dependencyTypes: ['core'] } },
  ...packageRules,
]

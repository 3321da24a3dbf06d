/** Dockerfile and compose.yaml: every path, command and setting in them is there. The image itself is not built here. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseEnv } from 'node:util'
import { parse } from 'yaml'
import { readSettings } from '../../src/config/read.ts'
import { repositoryRoot } from '../rules/tree.ts'

const read = (path: string): string => readFileSync(join(repositoryRoot, path), 'utf8')
/** Instructions with their words; those that go on over a line's end are none here. */
const instructions = read('deploy/Dockerfile').split('\n').filter((line) => line !== '' && !line.startsWith('#')).map((line) => {
  const [name, ...words] = line.split(' ')
  return { name: name!, words, text: words.join(' ') }
})
const ofName = (name: string) => instructions.filter((one) => one.name === name)

type Container = { image: string; environment?: Record<string, string>; deploy?: { replicas: number }; build?: { dockerfile: string }; volumes?: string[]; stop_grace_period?: string }
type Compose = { services: Record<string, Container>; volumes: Record<string, null>; configs: Record<string, { content: string }> }
const compose = parse(read('deploy/compose.yaml'), { merge: true }) as Compose
const own = Object.values(compose.services).filter(({ image }) => image === 'sluice')

test('what the Dockerfile copies is in the repository, and not left out of the context', () => {
  const ignored = read('.dockerignore').split('\n')
  const copied = ofName('COPY').filter(({ words }) => !words[0]!.startsWith('--from')).flatMap(({ words }) => words.slice(0, -1))
  assert.ok(copied.length > 5)
  for (const path of copied) {
    assert.ok(existsSync(join(repositoryRoot, path)), path)
    assert.ok(ignored.includes(`!${path.split('/')[0]}`), `${path} is left out of the context`)
  }
  const workspaces = (JSON.parse(read('package.json')) as { workspaces: string[] }).workspaces
  for (const workspace of workspaces) assert.ok(copied.includes(`${workspace}/package.json`), `npm ci needs ${workspace}`)
})

test('its stages, npm scripts, workspaces and program are there', () => {
  const stages = ofName('FROM').map(({ words }) => words[2])
  for (const { words } of ofName('COPY')) if (words[0]!.startsWith('--from=')) assert.ok(stages.includes(words[0]!.slice('--from='.length)), words[0])
  const names = ['contract', 'sdk', 'cli', 'server', 'web'].map((name) => (JSON.parse(read(`packages/${name}/package.json`)) as { name: string; scripts?: Record<string, string> }))
  for (const { text } of ofName('RUN')) {
    const [, workspace] = /--workspace (\S+)/.exec(text) ?? []
    const [, script] = /npm run (\S+)/.exec(text) ?? []
    const found = names.find(({ name }) => name === workspace)
    if (workspace) assert.ok(found, workspace)
    if (script) assert.ok(found?.scripts?.[script], script)
  }
  const entry = JSON.parse(ofName('ENTRYPOINT')[0]!.text) as string[]
  assert.ok(existsSync(join(repositoryRoot, entry.at(-1)!)))
  assert.ok(Number(/"node": ">=(\d+)/.exec(read('package.json'))![1]) <= Number(/^node:(\d+)-/.exec(ofName('FROM')[0]!.text)![1]))
})

test('it is not root, knows its settings, and asks /readyz', () => {
  assert.match(ofName('USER').at(-1)!.text, /^[1-9]\d*:[1-9]\d*$/)
  const environment = Object.fromEntries(ofName('ENV').flatMap(({ words }) => words.map((word) => word.split('=') as [string, string])))
  readSettings(environment)
  const made = ofName('RUN').map(({ text }) => text).join('\n')
  for (const path of [environment['SLUICE_DATA_DIR'], environment['SLUICE_WORK_DIR']]) assert.match(made, new RegExp(`mkdir .*${path}.* && chown`))
  const health = /CMD (.*)$/.exec(ofName('HEALTHCHECK')[0]!.text)![1]!
  const [program, option, code] = JSON.parse(health) as string[]
  assert.deepEqual([program, option], ['node', '-e'])
  assert.match(code!, /\/readyz/)
  assert.doesNotThrow(() => new Function(code!))
})

test('compose: two of each role with settings that are known, and every store by its driver', () => {
  assert.deepEqual(own.map(({ environment, deploy }) => [environment!['SLUICE_ROLES'], deploy!.replicas]), [['api', 2], ['encoder', 2], ['edge', 2]])
  const given = parseEnv(read('deploy/example.env')) as Record<string, string>
  for (const { environment, build } of own) {
    assert.ok(existsSync(join(repositoryRoot, build!.dockerfile)))
    const settings = readSettings(filled(environment!, { ...given, SLUICE_S3_ACCESS_KEY_ID: 'key', SLUICE_S3_SECRET_ACCESS_KEY: 'secret' }))
    const hosts = [settings.SLUICE_S3_ENDPOINT, `http://${settings.SLUICE_CASSANDRA_CONTACT_POINTS[0]}`, `http://${settings.SLUICE_NATS_SERVERS[0]}`, settings.SLUICE_REDIS_URL].map((url) => new URL(url).hostname)
    for (const host of hosts) assert.ok(compose.services[host], `there is no ${host}`)
  }
  const named = Object.values(compose.services).flatMap(({ volumes = [] }) => volumes).filter((volume) => /^[a-z]+:/.test(volume)).map((volume) => volume.split(':')[0]!)
  assert.deepEqual(named.sort(), Object.keys(compose.volumes).sort())
})

test('no secret is written, and what has to be given is asked for by example.env', () => {
  const text = read('deploy/compose.yaml')
  const asked = [...text.matchAll(/\$\{(\w+)/g)].map((match) => match[1]!)
  const given = parseEnv(read('deploy/example.env')) as Record<string, string>
  assert.deepEqual([...new Set(asked)].sort(), Object.keys(given).sort())
  for (const [name, value] of Object.entries(given)) if (/KEY|SECRET|PASSWORD/.test(name)) assert.equal(value, '', name)
  for (const { environment } of own) for (const [name, value] of Object.entries(environment!)) if (/KEY|SECRET|PASSWORD/.test(name)) assert.match(value, /^\$\{/, name)
  const s3 = JSON.parse(filled({ content: compose.configs['s3']!.content }, { SLUICE_S3_ACCESS_KEY_ID: 'key', SLUICE_S3_SECRET_ACCESS_KEY: 'secret' })['content']!) as { identities: { credentials: unknown[] }[] }
  assert.deepEqual(s3.identities[0]!.credentials, [{ accessKey: 'key', secretKey: 'secret' }])
  assert.ok(read('.gitignore').split('\n').includes('/deploy/.env'))
})

/** As Compose fills in `${NAME}`, `${NAME:-fallback}` and `${NAME:?what is missing}`. */
function filled(values: Record<string, string>, given: Record<string, string>): Record<string, string> {
  const fill = (text: string) => text.replaceAll(/\$\{(\w+)(?::([-?])([^}]*))?\}/g, (_, name: string, kind?: string, other = '') => given[name] || (kind === '-' ? String(other) : assert.fail(`${name}: ${other}`)))
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, fill(value)]))
}

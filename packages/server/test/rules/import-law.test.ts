/** The import law holds in the tree, and each of its rules fails on an example that breaks it. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { cruiseTree } from './cruise.ts'
import { importLaw } from './import-law.ts'
import { describeViolations, repositoryRoot, type Violation } from './tree.ts'

test('the tree keeps the import law', async () => {
  const violations = await cruiseTree(repositoryRoot)
  assert.equal(violations.length, 0, `\n${describeViolations(violations)}`)
})

/** Rule, file that breaks it, and what that file says. The other files of the example are made as empty modules. */
const examples: [rule: string, path: string, text: string][] = [
  ['cycle', 'server/src/base/one.ts', "import type { Two } from './two.ts'\nexport type One = Two"],
  ['unresolvable', 'server/src/base/lost.ts', "import './nowhere.ts'"],
  ['layer-base', 'server/src/base/up.ts', "import type {} from '../domain/empty.ts'"],
  ['layer-domain', 'server/src/domain/up.ts', "import '../records/empty.ts'"],
  ['layer-ports', 'server/src/ports/up.ts', "import '../drivers/cache/memory/empty.ts'"],
  ['layer-config', 'server/src/config/up.ts', "import '../roles/empty.ts'"],
  ['layer-records', 'server/src/records/up.ts', "import '../upload/empty.ts'"],
  ['layer-media', 'server/src/media/up.ts', "import '../encode/empty.ts'"],
  ['layer-manifests', 'server/src/manifests/up.ts', "import '../records/empty.ts'"],
  ['layer-http', 'server/src/http/up.ts', "import '../accounts/empty.ts'"],
  ['layer-drivers', 'server/src/drivers/cache/memory/up.ts', "import '../../../records/empty.ts'"],
  ['feature-imports-feature', 'server/src/upload/sideways.ts', "import type {} from '../encode/empty.ts'"],
  ['feature-imports-upward', 'server/src/upload/up.ts', "import '../roles/empty.ts'"],
  ['feature-imports-upward', 'server/src/stream/driver.ts', "import '../drivers/cache/memory/empty.ts'"],
  ['feature-imports-config', 'server/src/stream/config.ts', "import { c } from '../config/empty.ts'\nexport const d = c"],
  ['roles-import-main', 'server/src/roles/up.ts', "import '../main.ts'"],
  ['driver-imports-driver', 'server/src/drivers/queue/sqlite/sideways.ts', "import '../../cache/memory/empty.ts'"],
  ['home-of-sqlite', 'server/src/records/sql.ts', "import { DatabaseSync } from 'node:sqlite'\nexport const d = DatabaseSync"],
  ['home-of-argon2', 'server/src/upload/hash.ts', "import '@node-rs/argon2'"],
  ['home-of-s3', 'server/src/drivers/cache/memory/s3.ts', "import '@aws-sdk/client-s3'"],
  ['home-of-cassandra', 'server/src/records/cql.ts', "import 'cassandra-driver'"],
  ['home-of-nats', 'server/src/roles/nats.ts', "import '@nats-io/jetstream'"],
  ['home-of-redis', 'server/src/stream/redis.ts', "import 'ioredis'"],
  ['home-of-opensearch', 'server/src/catalog/search.ts', "import '@opensearch-project/opensearch'"],
  ['home-of-pino', 'server/src/encode/log.ts', "import 'pino'"],
  ['home-of-opentelemetry', 'server/src/encode/spans.ts', "import '@opentelemetry/api'"],
  ['home-of-shaka', 'web/src/pages/watch.ts', "import 'shaka-player'"],
  ['spawn-outside-media', 'server/src/media/probe.ts', "import { spawn } from 'node:child_process'\nexport const s = spawn"],
  ['node-in-the-browser', 'web/src/files.ts', "import 'node:fs'"],
  ['package-contract', 'contract/src/up.ts', "import '../../sdk/src/empty.ts'"],
  ['package-sdk', 'sdk/src/up.ts', "import '../../server/src/base/empty.ts'"],
  ['package-web', 'web/src/up.ts', "import '../../server/src/base/empty.ts'"],
  ['package-server', 'server/src/roles/sdk.ts', "import '../../../sdk/src/empty.ts'"],
  ['package-server', 'server/src/roles/test.ts', "import '../../test/empty.ts'"],
  ['package-cli', 'cli/src/web.ts', "import '../../web/src/empty.ts'"],
]
const good: [path: string, text: string][] = [
  ['server/src/media/run.ts', "import { spawn } from 'node:child_process'\nexport const s = spawn"],
  ['server/src/stream/settings.ts', "import type { c } from '../config/empty.ts'\nexport type D = typeof c"],
  ['server/src/roles/open.ts', "import '../drivers/cache/memory/empty.ts'\nimport '../upload/empty.ts'"],
  ['server/src/drivers/queue/sqlite/open.ts', "import { DatabaseSync } from 'node:sqlite'\nexport const d = DatabaseSync"],
]

describe('each rule fails on an example', () => {
  let root = ''
  let violations: Violation[] = []

  before(async () => {
    root = mkdtempSync(join(tmpdir(), 'sluice-law-'))
    const put = (path: string, text: string) => {
      mkdirSync(dirname(join(root, 'packages', path)), { recursive: true })
      writeFileSync(join(root, 'packages', path), `${text}\n`)
    }
    const folders = ['base', 'domain', 'records', 'drivers/cache/memory', 'upload', 'encode', 'accounts', 'roles']
    for (const folder of folders) put(`server/src/${folder}/empty.ts`, 'export {}')
    for (const path of ['server/src/main.ts', 'server/test/empty.ts', 'sdk/src/empty.ts', 'web/src/empty.ts']) put(path, 'export {}')
    put('server/src/config/empty.ts', 'export const c = 1')
    put('server/src/base/two.ts', "import type { One } from './one.ts'\nexport type Two = One")
    for (const [, path, text] of examples) put(path, text)
    for (const [path, text] of good) put(path, text)
    violations = await cruiseTree(root)
  })
  after(() => rmSync(root, { recursive: true, force: true }))

  for (const [rule, path] of examples) {
    test(`${rule}: ${path}`, () => {
      const found = violations.filter((violation) => violation.path === `packages/${path}`).map(({ message }) => message.split(':')[0])
      assert.ok(found.includes(rule), `found ${JSON.stringify(found)}`)
    })
  }

  test('what is allowed is found innocent', () => {
    const accused = violations.filter(({ path }) => good.some(([innocent]) => path === `packages/${innocent}`))
    assert.equal(describeViolations(accused), '')
  })

  test('no rule is without an example', () => {
    const shown = new Set(examples.map(([rule]) => rule))
    assert.deepEqual(importLaw.map(({ name }) => name!).filter((name) => !shown.has(name)), [])
  })
})

/** Every file keeps the file rules, and each rule fails on an example that breaks it. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { fileRules } from './file-rules.ts'
import { describeViolations, readTree, repositoryRoot } from './tree.ts'

const texts = ['.ts', '.tsx', '.mjs', '.js', '.css', '.html', '.md', '.json', '.sh', '.svg', '.yaml', '.yml', '.conf', '.npmrc']
/** Made by programs, each with its own test for drift. */
const generated = new Set(['docs/openapi.json'])

describe('the tree keeps', () => {
  const files = readTree(repositoryRoot, texts).filter(({ path }) => !generated.has(path))
  for (const [name, rule] of Object.entries(fileRules)) {
    test(name, () => {
      const violations = files.flatMap((file) => rule(file).map((message) => ({ path: file.path, message })))
      assert.equal(violations.length, 0, `\n${describeViolations(violations)}`)
    })
  }
})

const good = '/** Opens the example of this test. */\nexport const openExample = (): number => 1\n'
const later = 'TO' + 'DO'

const bad: [rule: keyof typeof fileRules, path: string, text: string][] = [
  ['atMost300Lines', 'packages/server/src/base/long.ts', good + '\n'.repeat(300)],
  ['kebabCase', 'packages/server/src/base/openThing.ts', good],
  ['kebabCase', 'packages/web/src/Pages/watch.tsx', good],
  ['opensWithDocComment', 'packages/server/src/base/silent.ts', "import x from 'x'\n"],
  ['opensWithDocComment', 'packages/cli/bin/sluice.mjs', '#!/usr/bin/env node\nconsole.log(1)\n'],
  ['saysSomething', 'packages/server/src/http/utils.ts', good],
  ['saysSomething', 'packages/server/src/shared/bytes.ts', good],
  ['saysSomething', 'packages/server/src/upload/upload-manager.ts', good],
  ['saysSomething', 'packages/server/src/upload/begin.ts', `${good}export class UploadService {}\n`],
  ['noPrefixI', 'packages/server/src/ports/cache.ts', `${good}export interface ICache {}\n`],
  ['noBarrel', 'packages/server/src/media/index.ts', good],
  ['noBarrel', 'packages/server/src/media/all.ts', "/** Everything about media, gathered. */\nexport * from './run.ts'\n"],
  ['noBarrel', 'packages/server/src/media/some.ts', "/** Something about media, gathered. */\nexport { run } from './run.ts'\n"],
  ['nothingLeftToDo', 'packages/server/src/media/run.ts', `${good}// ${later}: limits\n`],
  ['nothingLeftToDo', 'docs/architecture.md', `${later} describe it\n`],
  ['noInheritance', 'packages/server/src/drivers/cache/memory/open.ts', `${good}class A extends BaseDriver {}\n`],
  ['environmentInConfigOnly', 'packages/server/src/upload/begin.ts', `${good}export const port = process.env['PORT']\n`],
  ['environmentInConfigOnly', 'packages/sdk/src/client.ts', `${good}import { env } from 'node:process'\n`],
  ['noRegistryHost', 'package-lock.json', `"resolved": "${'https'}://example.org/x.tgz"`],
  ['noRegistryHost', 'README.md', ['See https://registry', 'npmjs', 'org'].join('.')],
]

describe('each rule fails on an example', () => {
  for (const [name, path, text] of bad) {
    test(`${name}: ${path}`, () => assert.equal(fileRules[name]!({ path, text }).length, 1))
  }
  test('no rule is without an example', () => {
    assert.deepEqual(Object.keys(fileRules).filter((name) => !bad.some(([shown]) => shown === name)), [])
  })
})

test('a good file breaks no rule', () => {
  const file = { path: 'packages/server/src/base/open-example.ts', text: good }
  assert.deepEqual(Object.values(fileRules).flatMap((rule) => rule(file)), [])
})

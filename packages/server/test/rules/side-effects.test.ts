/** No module does anything by being imported. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { noSideEffects } from './side-effects.ts'
import { describeViolations, readTree, repositoryRoot } from './tree.ts'

test('the tree has no import-time effects', () => {
  const violations = readTree(repositoryRoot, ['.ts', '.tsx']).flatMap((file) => noSideEffects(file).map((message) => ({ path: file.path, message })))
  assert.equal(violations.length, 0, `\n${describeViolations(violations)}`)
})

const path = 'packages/server/src/upload/begin.ts'
const bad = [
  "console.log('loaded')",
  "import './polyfill.ts'",
  'export const database = await open()',
  'if (true) { start() }',
  "for (const name of ['a']) register(name)",
  'table.entry = 1',
]
for (const text of bad) {
  test(`fails on: ${text}`, () => assert.equal(noSideEffects({ path, text }).length, 1))
}

test('declarations, and constants that are computed, are fine', () => {
  const text = "import { a } from './a.ts'\nexport const b = a()\nexport async function c() { await a() }\nexport type D = string\nexport class E {}\nconst f = async () => await a()"
  assert.deepEqual(noSideEffects({ path, text }), [])
  assert.deepEqual(noSideEffects({ path: 'packages/server/src/main.ts', text: bad[0]! }), [])
})

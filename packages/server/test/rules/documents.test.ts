/** The documentation's links resolve, and decision records stay short. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { brokenLinks, recordIsShort } from './documents.ts'
import { describeViolations, readTree, repositoryRoot } from './tree.ts'

const documents = readTree(repositoryRoot, ['.md'])

test('every link in the documentation leads somewhere', () => {
  const violations = documents.flatMap((file) => brokenLinks(repositoryRoot, file).map((message) => ({ path: file.path, message })))
  assert.equal(violations.length, 0, `\n${describeViolations(violations)}`)
})

test('every decision record is short and numbered', () => {
  const violations = documents.flatMap((file) => recordIsShort(file).map((message) => ({ path: file.path, message })))
  assert.equal(violations.length, 0, `\n${describeViolations(violations)}`)
  const numbers = documents.map(({ path }) => /^docs\/decisions\/(\d{4})-/.exec(path)?.[1]).filter((number) => number !== undefined)
  assert.equal(new Set(numbers).size, numbers.length, 'two decision records have the same number')
})

test('a broken link, a broken picture and a missing heading are found', () => {
  const text = '[a](nowhere.md) ![b](docs/none.svg) [c](#no-heading) <img src="none.png">'
  assert.equal(brokenLinks(repositoryRoot, { path: 'README.md', text }).length, 4)
})

test('good links and links in code are left alone', () => {
  const text = '[a](../package.json) [b](https://example.org/x) [c](decisions/)\n```\n[d](nowhere.md)\n```\n'
  assert.deepEqual(brokenLinks(repositoryRoot, { path: 'docs/x.md', text }), [])
})

test('a long or unnumbered record is found', () => {
  assert.equal(recordIsShort({ path: 'docs/decisions/0001-x.md', text: 'line\n'.repeat(31) }).length, 1)
  assert.equal(recordIsShort({ path: 'docs/decisions/x.md', text: 'line\n' }).length, 1)
})

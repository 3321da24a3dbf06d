/** The counting of `npm test`: leaves only, a crash counts, a parent does not count twice. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { findJobs } from '../../../../scripts/test/jobs.ts'
import { openTally, type TestEvent } from '../../../../scripts/test/tally.ts'

const file = 'packages/x/test/y.test.ts'
const event = (type: 'start' | 'pass' | 'fail', nesting: number, name: string, more: TestEvent['data'] = {}): TestEvent => ({
  type: `test:${type}`,
  data: { name, nesting, details: { type: 'test' }, ...more },
})
const failure = (failureType: string, cause?: Error) => ({ details: { type: 'test', error: Object.assign(new Error('wrapped', { cause }), { failureType }) } })

function tallyOf(...events: TestEvent[]) {
  const tally = openTally(file)
  for (const one of events) tally.take(one)
  const { passed, failed, skipped } = tally.result(1)
  return { passed, failed: failed.map(({ name }) => name), skipped: skipped.map(({ name }) => name) }
}

test('suites and parents are not counted, their children are', () => {
  const suite = { details: { type: 'suite' } }
  const events = [
    event('start', 0, 's'), event('start', 1, 'a'), event('pass', 1, 'a'), event('start', 1, 'b'), event('pass', 1, 'b'), event('pass', 0, 's', suite),
    event('start', 0, 'parent'), event('start', 1, 'child'), event('pass', 1, 'child'), event('pass', 0, 'parent'),
    event('start', 0, 'alone'), event('pass', 0, 'alone'),
  ]
  assert.deepEqual(tallyOf(...events), { passed: 4, failed: [], skipped: [] })
})

test('a failing child is counted once, by its full name', () => {
  const events = [event('start', 0, 's'), event('start', 1, 'a'), event('fail', 1, 'a', failure('testCodeFailure', new Error('x'))), event('fail', 0, 's', failure('subtestsFailed'))]
  assert.deepEqual(tallyOf(...events), { passed: 0, failed: ['s > a'], skipped: [] })
})

test("a parent's own failure counts beside its children", () => {
  const events = [event('start', 0, 'p'), event('start', 1, 'c'), event('pass', 1, 'c'), event('fail', 0, 'p', failure('hookFailed', new Error('x')))]
  assert.deepEqual(tallyOf(...events), { passed: 1, failed: ['p'], skipped: [] })
})

test('a crash of the file and a file without tests are failures', () => {
  assert.deepEqual(tallyOf(event('fail', 0, `/root/${file}`, failure('testCodeFailure'))).failed, [''])
  assert.deepEqual(tallyOf(event('pass', 0, `/root/${file}`)).failed, [''])
})

test('skipped and unfinished tests are neither passed nor failed', () => {
  assert.deepEqual(tallyOf(event('start', 0, 'a'), event('pass', 0, 'a', { skip: 'no media' }), event('start', 0, 'b'), event('pass', 0, 'b', { todo: true })), {
    passed: 0,
    failed: [],
    skipped: ['a', 'b'],
  })
})

test('filters choose files by their path', () => {
  assert.deepEqual(findJobs(['packages/server/test/rules/tally']).map(({ name }) => name), ['packages/server/test/rules/tally.test.ts'])
  assert.equal(findJobs([])[0]?.name, 'typecheck')
})

test('what needs engines is a suite of its own', () => {
  const [main, engines] = [findJobs([]), findJobs([], 'engines')].map((jobs) => jobs.map(({ name }) => name))
  assert.ok(engines!.length > 0 && engines!.every((name) => /^packages\/[^/]+\/test\/engines\//.test(name)))
  assert.deepEqual(engines!.filter((name) => main!.includes(name)), [])
})

/** Range and If-None-Match headers, by the grammar of RFC 9110. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { matchesEtag, parseRange } from '../../src/stream/edge/byte-range.ts'

const cases: [string | undefined, number, unknown][] = [
  [undefined, 100, undefined],
  ['bytes=0-9', 100, { start: 0, end: 9 }],
  ['bytes=90-', 100, { start: 90, end: 99 }],
  ['bytes=90-1000', 100, { start: 90, end: 99 }],
  ['bytes=-10', 100, { start: 90, end: 99 }],
  ['bytes=-1000', 100, { start: 0, end: 99 }],
  ['bytes=0-0', 1, { start: 0, end: 0 }],
  ['bytes=100-', 100, 'unsatisfiable'],
  ['bytes=100-200', 100, 'unsatisfiable'],
  ['bytes=-0', 100, 'unsatisfiable'],
  ['bytes=9-0', 100, undefined],
  ['bytes=0-9,20-29', 100, undefined],
  ['bytes=-', 100, undefined],
  ['bytes=a-b', 100, undefined],
  ['items=0-9', 100, undefined],
  ['bytes=99999999999999999999-', 100, undefined],
]
for (const [header, size, expected] of cases) test(`Range: ${header} of ${size}`, () => assert.deepEqual(parseRange(header, size), expected))

test('If-None-Match', () => {
  assert.equal(matchesEtag(undefined, '"a"'), false)
  for (const header of ['"a"', 'W/"a"', '"b", "a"', '*', ' "b",W/"a" ']) assert.equal(matchesEtag(header, '"a"'), true, header)
  for (const header of ['"b"', 'a', '']) assert.equal(matchesEtag(header, '"a"'), false, header)
})

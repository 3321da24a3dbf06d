/** Ages, sizes and times as people read them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clockText, spokenTime } from '../src/player/clock-text.ts'
import { ageText, bytesText, percentText, remainingText, titleOfFile } from '../src/ui/texts.ts'

test('clock', () => {
  assert.equal(clockText(0), '0:00')
  assert.equal(clockText(59.99), '0:59')
  assert.equal(clockText(3729), '1:02:09')
  assert.equal(clockText(Number.NaN), '0:00')
  assert.equal(spokenTime(3661), '1 hour 1 minute 1 second')
  assert.equal(spokenTime(0), '0 seconds')
})

test('age', () => {
  const now = Date.parse('2026-11-22T12:00:00Z')
  assert.equal(ageText(now - 5_000, now), 'just now')
  assert.equal(ageText(now - 3 * 3_600_000, now), '3 hours ago')
  assert.equal(ageText(now - 86_400_000, now), 'yesterday')
  assert.equal(ageText(now - 400 * 86_400_000, now), 'last year')
})

test('bytes', () => {
  assert.equal(bytesText(0), '0 B')
  assert.equal(bytesText(999), '999 B')
  assert.equal(bytesText(4_200_000_000), '4.2 GB')
  assert.equal(bytesText(123_400_000), '123 MB')
  assert.equal(bytesText(99_960_000), '100 MB')
})

test('what is left', () => {
  assert.equal(remainingText(3), 'a few seconds')
  assert.equal(remainingText(41), '45 s')
  assert.equal(remainingText(130), '3 min')
  assert.equal(remainingText(5400), '1 h 30 min')
  assert.equal(percentText(0.999), '99 %')
  assert.equal(percentText(1), '100 %')
})

test('a title out of a file name', () => {
  assert.equal(titleOfFile('beach_day-2.mp4'), 'beach day-2')
  assert.equal(titleOfFile('no extension'), 'no extension')
  assert.equal(titleOfFile('.mp4'), '.mp4')
  assert.equal(titleOfFile(`${'x'.repeat(250)}.mov`).length, 200)
})

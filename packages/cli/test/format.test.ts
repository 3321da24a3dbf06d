/** What is written to the terminal. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { progressText } from '../src/send-file.ts'
import { formatBar, formatBytes, formatDuration, formatPercent } from '../src/terminal/format.ts'
import { printable, shorten } from '../src/terminal/printable.ts'
import { renderTable } from '../src/terminal/table.ts'

test('sizes, durations, percentages and bars', () => {
  assert.deepEqual([0, 999, 1000, 1_440_000_000, 99_960, 2e13].map(formatBytes), ['0 B', '999 B', '1.0 kB', '1.4 GB', '100 kB', '20.0 TB'])
  assert.deepEqual([0, 42.4, 61, 3723].map(formatDuration), ['0:00', '0:42', '1:01', '1:02:03'])
  assert.deepEqual([0, 0.999, 1, 2].map(formatPercent), ['0 %', '99 %', '100 %', '100 %'])
  assert.equal(formatBar(0.5, 4), '██░░')
})

test('a progress line fits every width', () => {
  const snapshot = { phase: 'uploading', totalBytes: 2e9, acknowledgedBytes: 8e8, inFlightBytes: 1e8, fraction: 0.45, bytesPerSecond: 12_345_678, secondsLeft: 89, resumedBytes: 0 } as const
  assert.equal(progressText('film.mp4', snapshot, 100), 'film.mp4  ██████████████░░░░░░░░░░░░░░░░   45 % of 2.0 GB  12.3 MB/s   1:29 left')
  for (let columns = 10; columns <= 200; columns++) {
    const text = progressText('a film with a rather long name, of 2026.mp4', snapshot, columns)
    assert.ok([...text].length <= columns, `${columns}: ${text}`)
  }
})

test('a title can’t write to the terminal', () => {
  assert.equal(printable('a\u001b[2Jb\u202ec'), 'a�[2Jb�c')
  assert.equal(shorten('abcdef', 4), 'abc…')
})

test('columns line up', () => {
  assert.equal(renderTable(['A', 'B'], [['long', 'x'], ['y', 'zz']]), 'A     B\nlong  x\ny     zz')
})

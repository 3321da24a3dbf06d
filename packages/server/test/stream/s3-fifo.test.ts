/** The disk's index: admission by room or ghosts, reinsertion by frequency, never above its limit. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { S3Fifo } from '../../src/stream/cache/s3-fifo.ts'
import { seededRandom } from '../e2e/seeded-random.ts'

test('with room everything is wanted; full, only what was asked for before', () => {
  const evicted: string[] = []
  const index = new S3Fifo<number>(1000, (key) => evicted.push(key))
  for (let i = 0; i < 10; i++) {
    assert.ok(index.wants(`${i}`, 100))
    index.add(`${i}`, i, 100)
  }
  assert.ok(!index.wants('0', 100), 'it is there')
  assert.ok(!index.wants('new', 100))
  index.remember('new', 100)
  assert.ok(index.wants('new', 100))
  index.get('0')
  index.add('new', 10, 100)
  assert.deepEqual(evicted, ['1'], 'the oldest that was not asked for')
  assert.equal(index.get('0'), 0)
  assert.ok(!index.wants('new', 100))
  assert.ok(!new S3Fifo<number>(1000, () => {}).wants('large', 126), 'more than an eighth pushes out too much')
})

test('ghosts stand for as many bytes as the disk holds', () => {
  const index = new S3Fifo<number>(1000, () => {})
  for (let i = 0; i < 8; i++) index.add(`${i}`, i, 125)
  for (let i = 0; i < 9; i++) index.remember(`ghost ${i}`, 125)
  assert.ok(!index.wants('ghost 0', 125))
  assert.ok(index.wants('ghost 1', 125))
})

test('random use: bytes and count are those of what is there', () => {
  const random = seededRandom(7)
  const there = new Map<string, number>()
  const index = new S3Fifo<number>(50_000, (key) => void there.delete(key))
  for (let i = 0; i < 30_000; i++) {
    const key = `${Math.floor(random() * 300)}`
    const act = random()
    if (act < 0.5) assert.equal(index.get(key) !== undefined, there.has(key))
    else if (act < 0.9) {
      const size = 1 + Math.floor(random() * 2000)
      there.set(key, size)
      index.add(key, size, size)
    } else if (act < 0.95) {
      there.delete(key)
      index.delete(key)
    } else index.remember(key, 100)
    assert.ok(index.sizeBytes <= 50_000)
  }
  assert.equal(index.count, there.size)
  assert.equal(index.sizeBytes, [...there.values()].reduce((sum, size) => sum + size, 0))
})

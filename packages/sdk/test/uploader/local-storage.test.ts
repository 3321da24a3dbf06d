/** The browser's resume store, over a Storage in memory. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openLocalResumeStore } from '@sluice/sdk'

function memoryStorage(): Storage {
  const items = new Map<string, string>()
  return {
    get length() {
      return items.size
    },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (name) => items.get(name) ?? null,
    setItem: (name, value) => void items.set(name, value),
    removeItem: (name) => void items.delete(name),
    clear: () => items.clear(),
  }
}

test('records are kept, and forgotten', async () => {
  const storage = memoryStorage()
  const store = openLocalResumeStore(storage)
  const record = { idempotencyKey: 'k', uploadId: 'u', savedAt: Date.now() }
  await store.set('film', record)
  assert.deepEqual(await openLocalResumeStore(storage).get('film'), record)
  await store.delete('film')
  assert.equal(await store.get('film'), undefined)
})

test('old and damaged records go when the store is opened; what is not ours stays', async () => {
  const storage = memoryStorage()
  storage.setItem('theme', 'dark')
  storage.setItem('sluice-upload:broken', '{')
  await openLocalResumeStore(storage).set('old', { idempotencyKey: 'k', savedAt: Date.now() - 8 * 86_400_000 })
  openLocalResumeStore(storage)
  assert.equal(storage.length, 1)
  assert.equal(storage.getItem('theme'), 'dark')
})

test('a full storage costs only the resuming', async () => {
  const storage = memoryStorage()
  storage.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError')
  }
  await openLocalResumeStore(storage).set('film', { idempotencyKey: 'k', savedAt: Date.now() })
})

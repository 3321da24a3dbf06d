/** The reconciler: lost messages come back, slow videos are left alone, ended ones are forgotten. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { taskOf } from '../../src/domain/messages.ts'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { scanVideosDaily } from '../../src/encode/reconcile/scan-videos.ts'
import { reconcileOnce, type UploadDueHandler } from '../../src/encode/reconcile/reconcile.ts'
import type { Stored } from '../../src/ports/documents.ts'
import { dueShards, minuteOf, readDue, readMark, writeDue, type Due } from '../../src/records/due.ts'
import { quietLog } from '../fixtures/quiet-log.ts'
import { assertAllStored, inspectTask, openStage, reconcileUntilEnd, runAll, type Stage } from './stage.ts'

const never = new AbortController().signal
const round = (stage: Stage, onDueUpload: UploadDueHandler = async () => undefined) => reconcileOnce(stage.deps, onDueUpload, never)

/** Entries of the minutes around now. */
async function dueEntries(stage: Stage): Promise<Due[]> {
  const now = minuteOf(stage.deps.clock())
  const found: Due[] = []
  for (let minute = now - 15; minute <= now + 15; minute++) {
    for (let shard = 0; shard < dueShards; shard++) found.push(...(await readDue(stage.deps.documents, minute, shard)).items)
  }
  return found
}

/** Something unrelated, so that the queue is not empty. */
async function occupyQueue(stage: Stage): Promise<void> {
  const other = await stage.addVideo({ state: 'awaiting-upload' })
  await stage.deps.queue.enqueue(taskOf({ kind: 'sweep', videoId: other }, 86_400))
}

test('a video whose message was never sent becomes ready, and its entry goes', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const id = await stage.addVideo()
  const video = await reconcileUntilEnd(stage, id)
  assert.equal(video.state, 'ready')
  await assertAllStored(stage, await stage.plan(id))
  stage.advance(180_000)
  await round(stage)
  assert.deepEqual(await dueEntries(stage), [])
})

test('a video that moves, or waits its turn, is not enqueued again and again', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  await occupyQueue(stage)
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  for (let minute = 0; minute < 60; minute++) {
    stage.advance(60_000)
    await round(stage)
  }
  const [, urgent] = await stage.deps.queue.depth()
  assert.ok(urgent!.ready <= 6, `${urgent!.ready} inspect tasks after an hour of waiting`)
  assert.equal((await dueEntries(stage)).filter((due) => due.id === id).length, 1)
})

test('a due upload is handed to its feature, which says when to look again', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const now = minuteOf(stage.deps.clock())
  await writeDue(stage.deps.documents, { kind: 'upload', id: 'u'.repeat(16), atMinute: now })
  await writeDue(stage.deps.documents, { kind: 'upload', id: 'v'.repeat(16), atMinute: now })
  const asked: string[] = []
  await round(stage, async ({ id }) => {
    asked.push(id)
    return id.startsWith('u') ? stage.deps.clock() + 5 * 60_000 : undefined
  })
  assert.deepEqual(asked.toSorted(), ['u'.repeat(16), 'v'.repeat(16)])
  assert.deepEqual(await dueEntries(stage), [{ kind: 'upload', id: 'u'.repeat(16), atMinute: now + 5 }])
})

test('an entry whose handler fails is kept for the next minute, and does not stop the walk', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const now = minuteOf(stage.deps.clock())
  await writeDue(stage.deps.documents, { kind: 'upload', id: 'u'.repeat(16), atMinute: now })
  await round(stage, async () => {
    throw new Error('no')
  })
  assert.deepEqual((await dueEntries(stage)).map((due) => due.atMinute), [now + 1])
  assert.equal(await readMark(stage.deps.documents, 'due/0'), now)
})

test('entries that came due while no encoder ran are found from the mark on', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  await round(stage)
  const id = await stage.addVideo()
  stage.advance(40 * 60_000)
  await round(stage)
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
})

test('what may wait in a backlog still is not enqueued once more', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const id = await stage.addVideo()
  const waiting = async () => (await stage.deps.queue.depth()).reduce((sum, { ready, delayed }) => sum + ready + delayed, 0)
  await stage.deps.queue.enqueue(taskOf({ kind: 'inspect', videoId: id }))
  const before = await waiting()
  for (let look = 0; look < 5; look++) {
    stage.advance(10 * 60_000)
    await round(stage)
  }
  assert.equal(await waiting(), before)
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready')
})

test('the daily scan finds a video without an entry', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  await round(stage)
  const id = await stage.addVideo()
  const { documents } = stage.deps
  for (const due of await dueEntries(stage)) await documents.delete('due', ...(await placeOf(stage, due)))
  stage.advance(25 * 3_600_000)
  await scanVideosDaily(stage.deps, never)
  assert.equal((await dueEntries(stage)).length, 1)
  stage.advance(60_000)
  assert.equal((await reconcileUntilEnd(stage, id, { rounds: 5 })).state, 'ready')
})

test('a scan that was cut short is gone on with, once nobody seems to be at it', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  await stage.addVideo()
  const { documents } = stage.deps
  for (const due of await dueEntries(stage)) await documents.delete('due', ...(await placeOf(stage, due)))
  const isUp = documents.scan.bind(documents)
  stage.deps.documents.scan = async () => Promise.reject(new DriverUnavailable('away'))
  await assert.rejects(scanVideosDaily(stage.deps, never), DriverUnavailable)
  stage.deps.documents.scan = isUp
  stage.advance(60_000)
  await scanVideosDaily(stage.deps, never)
  assert.equal((await dueEntries(stage)).length, 0, 'somebody may be at it')
  stage.advance(5 * 60_000)
  await scanVideosDaily(stage.deps, never)
  assert.equal((await dueEntries(stage)).length, 1)
})

test('the daily scan warns of a list of withdrawn videos that is cut at its cap', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const warned: string[] = []
  stage.deps.log = { ...quietLog, warn: (_, message) => void warned.push(message) }
  let pages = 19
  const { documents } = stage.deps
  const entry = { sk: 'video', value: {}, version: '' }
  documents.range = async <T>() => ({ items: Array<Stored<T>>(1000).fill(entry as Stored<T>), cursor: --pages > 0 ? 'more' : undefined })
  await scanVideosDaily(stage.deps, never)
  assert.deepEqual(warned, [])
  pages = 21
  stage.advance(25 * 3_600_000)
  await scanVideosDaily(stage.deps, never)
  assert.match(warned.join(), /^the list of withdrawn videos is cut/)
})

test('marks of a clock that was days ahead hide nothing once it is right again', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const days = 10 * 24 * 3_600_000
  stage.advance(days)
  await round(stage)
  await scanVideosDaily(stage.deps, never)
  stage.advance(-days)
  await round(stage)
  const id = await stage.addVideo()
  const begun = await stage.addVideo({ state: 'awaiting-upload' })
  stage.advance(40 * 60_000)
  await round(stage)
  await runAll(stage)
  assert.equal((await stage.video(id)).state, 'ready', 'what came due while no encoder ran')

  for (const due of await dueEntries(stage)) await stage.deps.documents.delete('due', ...(await placeOf(stage, due)))
  stage.advance(60_000)
  await scanVideosDaily(stage.deps, never)
  const found = (await dueEntries(stage)).map(({ kind, id }) => `${kind} ${id}`)
  assert.deepEqual(found.toSorted(), [`upload ${(await stage.video(begun)).uploadId}`, `video ${begun}`].toSorted())
})

test('a deleted video whose bytes stay is swept again ever more seldom, and never while a sweep may still wait', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const id = await stage.addVideo({ deletedAt: stage.deps.clock() })
  await stage.deps.queue.enqueue(taskOf({ kind: 'sweep', videoId: id }))
  const waiting = async () => (await stage.deps.queue.depth())[3]!.ready
  for (let minute = 0; minute < 120; minute++) {
    stage.advance(60_000)
    await round(stage)
  }
  assert.equal(await waiting(), 1, 'nobody takes it')

  stage.deps.objects.delete = async () => Promise.reject(new DriverUnavailable('no deletes here'))
  let sweeps = 0
  for (let minute = 0; minute < 240; minute++) {
    stage.advance(60_000)
    await round(stage)
    for (let lease; (lease = await stage.deps.queue.take({ priorities: [3], leaseSeconds: 30, waitSeconds: 0 })); sweeps++) await lease.ack()
    if (minute === 0) await occupyQueue(stage)
  }
  assert.ok(sweeps >= 4 && sweeps <= 12, `${sweeps} sweeps in four hours`)
})

/** Where an entry lies: found by looking, as its shard is the record's own business. */
async function placeOf(stage: Stage, due: Due): Promise<[string, string]> {
  for (let shard = 0; shard < dueShards; shard++) {
    const pk = `${String(due.atMinute).padStart(10, '0')}/${String(shard).padStart(2, '0')}`
    if (await stage.deps.documents.get('due', pk, `${due.kind}/${due.id}`)) return [pk, `${due.kind}/${due.id}`]
  }
  throw new Error('no such entry')
}

test('with fast looks a lost video proceeds within seconds', async (t) => {
  const stage = await openStage({ fastDue: true })
  t.after(() => stage.close())
  const id = await stage.addVideo()
  for (let look = 0; look < 3 && (await stage.video(id)).state !== 'ready'; look++) {
    stage.advance(2000)
    await round(stage)
    await runAll(stage)
  }
  assert.equal((await stage.video(id)).state, 'ready')
})

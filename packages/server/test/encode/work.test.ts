/** The worker's loops: viewers and openings first, bulk work not starved, tasks given back on a stop, lost leases left. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sleep } from '../../src/base/time.ts'
import { taskOf, type Message } from '../../src/domain/messages.ts'
import { handleTask } from '../../src/encode/worker/handle.ts'
import { runTask } from '../../src/encode/worker/run-task.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { startWorker } from '../../src/encode/worker/work.ts'
import type { Priority } from '../../src/ports/queue.ts'
import { LeaseLost } from '../../src/base/errors.ts'
import { readSlot } from '../../src/records/chunk.ts'
import { createClaim } from '../../src/records/claim.ts'
import { createTuning } from '../../src/records/plan.ts'
import { inspectTask, openStage, type Stage } from './stage.ts'

const withProgress = (stage: Stage) => ({ ...stage.deps, progress: trackProgress(stage.deps) })

/** Polls: the limit only bounds a failing test. */
async function until(what: () => Promise<boolean> | boolean): Promise<void> {
  for (let waitedMs = 0; waitedMs < 30_000; waitedMs += 10) {
    if (await what()) return
    await sleep(10)
  }
  throw new Error('did not come about')
}

/** A video that is planned and was sampled, with an empty queue. */
async function planned(stage: Stage): Promise<{ id: string; of: { videoId: string; revision: string } }> {
  const id = await stage.addVideo()
  await handleTask(withProgress(stage), { kind: 'inspect', videoId: id }, { signal: new AbortController().signal, attempt: 1, priority: 1 as const })
  const { revision } = await stage.plan(id)
  await createTuning(stage.deps.documents, id, revision, { crf: {} })
  for (;;) {
    const lease = await stage.deps.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 30, waitSeconds: 0 })
    if (!lease) return { id, of: { videoId: id, revision } }
    await lease.ack()
  }
}

const enqueue = (stage: Stage, ...messages: Message[]) => Promise.all(messages.map((message) => stage.deps.queue.enqueue(taskOf(message))))

/** Work that matches blocks until it is aborted or let go. */
function blockOn(stage: Stage, matches: (call: string) => boolean): { started: () => number; letGo: () => void } {
  let started = 0
  const gate = Promise.withResolvers<void>()
  stage.room.before = async (call, { signal }) => {
    if (!matches(call)) return
    started++
    await Promise.race([gate.promise, new Promise((resolve) => signal?.addEventListener('abort', resolve))])
  }
  return { started: () => started, letGo: () => gate.resolve() }
}

test('a waiting viewer and an opening are served while bulk work and long sounds run', { timeout: 60_000 }, async (t) => {
  const stage = await openStage({ seconds: 200 })
  t.after(() => stage.close())
  const [track] = stage.room.inspection.audio
  stage.room.inspection.audio = [track!, { ...track!, streamIndex: 2, isDefault: false }, { ...track!, streamIndex: 3, isDefault: false }]
  const { id, of } = await planned(stage)
  const bulk = blockOn(stage, (call) => /^audio aac-. \d+-\d+ normal$|^span .*\+/.test(call))
  const worker = startWorker(withProgress(stage))
  await enqueue(stage, { kind: 'chunk', ...of, chunk: 1 })
  await until(() => bulk.started() === 1)
  await enqueue(stage, ...['aac-1', 'aac-2', 'aac-3'].map((renditionId): Message => ({ kind: 'audio', ...of, renditionId })))
  await until(() => bulk.started() === 3)
  await enqueue(stage, { kind: 'opening', ...of }, { kind: 'segment', ...of, renditionId: 'h264-360p', number: 30 })
  await until(async () => (await stage.video(id)).state === 'playable')
  const plan = await stage.plan(id)
  await until(async () => (await readSlot(stage.deps.documents, plan, 'h264-360p', 30)) !== undefined)
  const [, urgent] = await stage.deps.queue.depth()
  assert.equal(urgent!.leased, 2, 'two sounds run aside')
  assert.equal(urgent!.delayed, 1, 'the third waits its turn')
  bulk.letGo()
  await worker.stop()
})

test('openings without end do not starve the ladder', { timeout: 60_000 }, async (t) => {
  const stage = await openStage({ seconds: 70 })
  t.after(() => stage.close())
  const { of } = await planned(stage)
  // Every opening brings the next one, so that one is always waiting for each loop.
  const opening: Message = { kind: 'segment', ...of, renditionId: 'h264-240p', number: 99_999 }
  let stopped = false
  const { queue } = stage.deps
  const flooded: Stage['deps'] = {
    ...stage.deps,
    queue: {
      ...queue,
      take: async (options) => {
        if (!stopped && options.priorities.includes(0)) await queue.enqueue(taskOf(opening))
        return queue.take(options)
      },
    },
  }
  await enqueue(stage, { kind: 'chunk', ...of, chunk: 1 })
  const worker = startWorker({ ...flooded, progress: trackProgress(flooded) })
  await until(() => stage.room.calls.includes('span 8-16 h264-240p+h264-360p normal'))
  stopped = true
  await worker.stop()
})

test('viewers of one segment share one encode, and all their tasks end with it', { timeout: 60_000 }, async (t) => {
  const stage = await openStage({ seconds: 200 })
  t.after(() => stage.close())
  const { of } = await planned(stage)
  const span = 'span 30-31 h264-360p normal'
  const wait = blockOn(stage, (call) => call === span)
  const worker = startWorker(withProgress(stage))
  const wanted: Message = { kind: 'segment', ...of, renditionId: 'h264-360p', number: 30 }
  await enqueue(stage, wanted, wanted, wanted, wanted)
  await until(async () => wait.started() === 1 && (await stage.deps.queue.depth())[0]!.leased === 4)
  wait.letGo()
  await until(async () => (await stage.deps.queue.depth())[0]!.leased === 0)
  await worker.stop()
  assert.deepEqual(stage.room.calls.filter((call) => call === span), [span])
})

test('what two edges ask for is made once, whichever of two encoders gets it', { timeout: 60_000 }, async (t) => {
  const stage = await openStage({ seconds: 200 })
  t.after(() => stage.close())
  const { of } = await planned(stage)
  const made = blockOn(stage, (call) => call.startsWith('span '))
  const workers = [startWorker(withProgress(stage)), startWorker(withProgress(stage))]
  const segment: Message = { kind: 'segment', ...of, renditionId: 'h264-360p', number: 30 }
  const chunk: Message = { kind: 'chunk', ...of, chunk: 1 }
  await enqueue(stage, segment, chunk)
  await until(() => made.started() === 2)
  await enqueue(stage, ...Array.from({ length: 6 }, () => segment), chunk, chunk)
  await until(async () => (await stage.deps.queue.depth()).every(({ ready }) => ready === 0))
  made.letGo()
  await until(async () => (await stage.deps.queue.depth()).every(({ ready, leased }) => ready + leased === 0))
  await Promise.all(workers.map((worker) => worker.stop()))
  const spans = stage.room.calls.filter((call) => call.startsWith('span ') && call !== 'span 0-2 h264-240p normal')
  assert.deepEqual(spans.toSorted(), ['span 30-31 h264-360p normal', 'span 8-16 h264-240p+h264-360p normal'])
})

test('the task of a worker that died is done although its claim stands', { timeout: 60_000 }, async (t) => {
  const stage = await openStage({ seconds: 200 })
  t.after(() => stage.close())
  const { of } = await planned(stage)
  const segment: Message = { kind: 'segment', ...of, renditionId: 'h264-360p', number: 30 }
  await enqueue(stage, segment)
  await stage.deps.queue.take({ priorities: [0], leaseSeconds: 30, waitSeconds: 0 })
  await createClaim(stage.deps.documents, of.videoId, JSON.stringify(segment), 300)
  stage.advance(31_000)
  const worker = startWorker(withProgress(stage))
  const plan = await stage.plan(of.videoId)
  await until(async () => (await readSlot(stage.deps.documents, plan, 'h264-360p', 30)) !== undefined)
  await worker.stop()
})

test('a chunk that somebody watches goes before the bulk that waits, and holds up no opening', { timeout: 60_000 }, async (t) => {
  const stage = await openStage({ seconds: 400 })
  t.after(() => stage.close())
  const { id, of } = await planned(stage)
  const bulk = blockOn(stage, (call) => call === 'span 8-16 h264-240p+h264-360p normal')
  const worker = startWorker(withProgress(stage))
  const chunk = (number: number): Message => ({ kind: 'chunk', ...of, chunk: number })
  await enqueue(stage, chunk(1))
  await until(() => bulk.started() === 1)
  await enqueue(stage, chunk(2), chunk(3))
  await stage.deps.queue.enqueue({ ...taskOf(chunk(6)), priority: 1 })
  await enqueue(stage, { kind: 'opening', ...of })
  await until(async () => (await stage.video(id)).state === 'playable')
  bulk.letGo()
  await until(async () => (await stage.deps.queue.depth()).every(({ ready, leased }) => ready + leased === 0))
  await worker.stop()
  const chunks = stage.room.calls.filter((call) => call.includes('+')).map((call) => /span (\d+)-/.exec(call)![1])
  assert.deepEqual(chunks.slice(0, 4), ['8', '48', '16', '24'])
})

test('a stopping worker gives bulk tasks back at once and ends what a viewer waits for', { timeout: 60_000 }, async (t) => {
  const stage = await openStage({ seconds: 200 })
  t.after(() => stage.close())
  const { of } = await planned(stage)
  const bulk = blockOn(stage, (call) => /^span .*\+/.test(call))
  const worker = startWorker(withProgress(stage))
  await enqueue(stage, { kind: 'chunk', ...of, chunk: 1 })
  await until(() => bulk.started() === 1)
  await worker.stop()
  const lease = await stage.deps.queue.take({ priorities: [2], leaseSeconds: 30, waitSeconds: 0 })
  assert.deepEqual(lease?.body, { kind: 'chunk', ...of, chunk: 1 })
  assert.equal(lease?.attempt, 2)
})

test('an encoder takes the priorities that it is given, and no others', { timeout: 60_000 }, async (t) => {
  const stage = await openStage({ seconds: 200 })
  t.after(() => stage.close())
  const { of } = await planned(stage)
  const start = (priorities: Priority[]) => startWorker({ ...withProgress(stage), limits: { ...stage.deps.limits, priorities } })
  const waiting = async () => (await stage.deps.queue.depth()).map(({ ready, leased }) => ready + leased)
  await enqueue(stage, { kind: 'segment', ...of, renditionId: 'h264-240p', number: 9 }, { kind: 'opening', ...of }, { kind: 'chunk', ...of, chunk: 1 })
  const spot = start([2, 3])
  await until(async () => (await readSlot(stage.deps.documents, await stage.plan(of.videoId), 'h264-240p', 8)) !== undefined && (await waiting())[2] === 0)
  await spot.stop()
  assert.deepEqual((await waiting()).slice(0, 2), [1, 1])
  const steady = start([0, 1])
  await until(async () => (await waiting()).slice(0, 2).every((count) => count === 0))
  await steady.stop()
})

test('a task whose lease was lost is aborted, and neither acked nor given back', async (t) => {
  const stage = await openStage({ seconds: 20 })
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  const lease = (await stage.deps.queue.take({ priorities: [1], leaseSeconds: 30, waitSeconds: 0 }))!
  const block = blockOn(stage, (call) => call === 'inspect')
  t.mock.timers.enable({ apis: ['setInterval'] })
  const asked: string[] = []
  const running = runTask(
    withProgress(stage),
    {
      ...lease,
      extend: () => Promise.reject(new LeaseLost('given to another')),
      ack: async () => void asked.push('ack'),
      retry: async () => void asked.push('retry'),
    },
    { stop: new AbortController().signal, inFlight: new Map() },
  )
  await until(() => block.started() === 1)
  t.mock.timers.tick(10_000)
  await running
  assert.deepEqual(asked, [])
  assert.equal((await stage.video(id)).revision, undefined)
})

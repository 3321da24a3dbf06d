/** Encoders of two versions on one queue and one store, as while an installation is upgraded: what we do not know is left to others, and kept. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseMessage, taskOf } from '../../src/domain/messages.ts'
import { reconcileOnce } from '../../src/encode/reconcile/reconcile.ts'
import { runTask } from '../../src/encode/worker/run-task.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { minuteOf, readDue, writeDue, type Due } from '../../src/records/due.ts'
import { besideNewerDocuments, besideNewerQueue } from '../fixtures/newer-version.ts'
import { assertAllStored, inspectTask, openStage, runAll, type Stage } from './stage.ts'

const nothingStops = new AbortController().signal
const takeAny = (stage: Stage) => stage.deps.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 30, waitSeconds: 0 })
const reconcile = (stage: Stage) => reconcileOnce(stage.deps, async () => undefined, nothingStops)

test('a task of a kind that we do not know waits for an encoder that knows it, and is never counted against the video', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const id = await stage.addVideo()
  const run = async () => runTask({ ...stage.deps, progress: trackProgress(stage.deps) }, (await takeAny(stage))!, { stop: nothingStops, inFlight: new Map() })
  const theirs = { kind: 'dance', videoId: id }
  await stage.deps.queue.enqueue({ body: theirs, priority: 1, videoId: id })
  await run()
  assert.deepEqual(await stage.deps.queue.deadLetters(10), [], 'buried by the first that does not know it')
  assert.equal(await takeAny(stage), undefined, 'it waits, instead of going round')
  stage.advance(60_000)
  const second = await takeAny(stage)
  assert.deepEqual([second?.body, second?.attempt], [theirs, 2])
  await second!.retry(0, 'for the next')

  // Where nobody knows it for long it ends among the dead letters, as it came; rounds of ours leave it there.
  for (let left = 20; left > 0 && (await stage.deps.queue.deadLetters(10)).length === 0; left--) {
    stage.advance(300_000)
    const lease = await takeAny(stage)
    if (lease) await runTask({ ...stage.deps, progress: trackProgress(stage.deps) }, lease, { stop: nothingStops, inFlight: new Map() })
  }
  await reconcile(stage)
  const [letter] = await stage.deps.queue.deadLetters(10)
  assert.deepEqual(letter?.body, theirs)
  assert.match(letter!.reason, /^waiting: /)
  assert.equal((await stage.video(id)).failedAttempts, undefined)
})

test('a task of ours that an older version gave up is done, and not counted against the video', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  // The end of an older encoder's deliveries of what it does not know.
  await (await takeAny(stage))!.bury('waiting: not a message that this version knows')
  await reconcile(stage)
  assert.deepEqual(await stage.deps.queue.deadLetters(10), [])
  await runAll(stage)
  const video = await stage.video(id)
  assert.deepEqual([video.state, video.failedAttempts], ['ready', undefined])
})

test('a due entry of a kind that we do not know is kept, and moved along with time', async (t) => {
  const stage = await openStage()
  t.after(() => stage.close())
  const now = minuteOf(stage.deps.clock())
  await writeDue(stage.deps.documents, { kind: 'dance' as Due['kind'], id: 'a', atMinute: now })
  for (let rounds = 0; rounds < 30; rounds++) {
    stage.advance(60_000)
    await reconcile(stage)
  }
  const found: Due[] = []
  for (let shard = 0; shard < 64; shard++) found.push(...(await readDue(stage.deps.documents, minuteOf(stage.deps.clock()) + 1, shard)).items)
  assert.deepEqual(found.map(({ kind, id }) => `${kind} ${id}`), ['dance a'])
})

test('fields of a newer version do no harm, and what is changed keeps them', async (t) => {
  const stage = await openStage({ seconds: 70 })
  t.after(() => stage.close())
  const { documents, lost } = besideNewerDocuments(stage.deps.documents)
  const deps = { ...stage.deps, documents, queue: besideNewerQueue(stage.deps.queue) }
  const id = await stage.addVideo({ fromANewerVersion: { since: 2 } } as object)
  await deps.queue.enqueue(inspectTask(id))
  await runAll({ deps, advance: stage.advance })
  stage.advance(600_000)
  await reconcileOnce(deps, async () => undefined, nothingStops)
  await runAll({ deps, advance: stage.advance })
  const video = await stage.video(id)
  assert.equal(video.state, 'ready')
  assert.deepEqual((video as { fromANewerVersion?: unknown }).fromANewerVersion, { since: 2 })
  await assertAllStored(stage, await stage.plan(id))
  // An account's turns are written anew as videos come and go: they say what the videos say.
  assert.deepEqual([...lost].filter((table) => table !== 'accountWork'), [])
  assert.deepEqual(await stage.deps.queue.deadLetters(10), [])
  const { body } = taskOf({ kind: 'chunk', videoId: id, revision: video.revision!, chunk: 0 })
  assert.ok(parseMessage({ ...(body as object), fromANewerVersion: 1 }))
})

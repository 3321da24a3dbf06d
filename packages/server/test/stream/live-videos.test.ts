/** Videos held for a short while: fresh, dropped by a signal, bounded, and honest about changes that come during a read. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { videoTopic } from '../../src/domain/messages.ts'
import { openLiveVideos } from '../../src/stream/live-videos.ts'
import { openStage } from './open-stage.ts'
import { change, makeVideo } from './start-edge.ts'

async function start(t: TestContext, options: { staleIfError?: boolean; capacity?: number } = {}) {
  const stage = await openStage(t)
  const subscribed = new Set<string>()
  const signals = {
    ...stage.signals,
    subscribe(topic: string, listener: (message: unknown) => void) {
      subscribed.add(topic)
      const stop = stage.signals.subscribe(topic, listener)
      return () => (subscribed.delete(topic), stop())
    },
  }
  const videos = openLiveVideos({ ...stage, signals, freshMs: 1000, staleIfError: false, ...options })
  t.after(() => videos.close())
  return { stage, videos, subscribed }
}

test('read once while it is fresh, again after that', async (t) => {
  const { stage, videos } = await start(t)
  const { plan } = await makeVideo(stage, { filled: false })
  const before = stage.counts.documentReads
  await Promise.all(Array.from({ length: 10 }, () => videos.get(plan.videoId)))
  assert.equal(videos.peek(plan.videoId)?.id, plan.videoId)
  assert.equal(stage.counts.documentReads - before, 1)
  stage.forward(1000)
  assert.equal(videos.peek(plan.videoId), undefined)
  await videos.get(plan.videoId)
  assert.equal(stage.counts.documentReads - before, 2)
})

test('a change that is signalled while the document is read is not hidden by what was read', async (t) => {
  const { stage, videos } = await start(t)
  const video = await makeVideo(stage, { filled: false })
  const reading = videos.get(video.plan.videoId)
  await stage.signals.publish(videoTopic(video.plan.videoId), { kind: 'video' })
  await reading
  // Whether the signal came during the read or after it, the next look reads again.
  await new Promise((resolve) => setImmediate(resolve))
  assert.equal(videos.peek(video.plan.videoId), undefined)
  await change(stage, video, { title: 'Another' }, true)
  assert.equal((await videos.get(video.plan.videoId))?.title, 'Another')
})

test('absent videos are not held, old ones make room, closing lets go of all', async (t) => {
  const { stage, videos, subscribed } = await start(t, { capacity: 2 })
  assert.equal(await videos.get('0000000000000000'), undefined)
  assert.equal(subscribed.size, 0)
  const made = [await makeVideo(stage, { filled: false }), await makeVideo(stage, { filled: false }), await makeVideo(stage, { filled: false })]
  for (const { plan } of made) await videos.get(plan.videoId)
  assert.deepEqual([...subscribed], made.slice(1).map(({ plan }) => videoTopic(plan.videoId)))
  videos.close()
  assert.equal(subscribed.size, 0)
})

test('documents that are away: an error for play, the last known video for the edge', async (t) => {
  for (const staleIfError of [false, true]) {
    const { stage, videos } = await start(t, { staleIfError })
    const { plan } = await makeVideo(stage, { filled: false })
    await videos.get(plan.videoId)
    stage.forward(1000)
    stage.faults.documents = new DriverUnavailable('away')
    if (staleIfError) assert.equal((await videos.get(plan.videoId))?.id, plan.videoId)
    else await assert.rejects(videos.get(plan.videoId), DriverUnavailable)
  }
})

/** Contract: just-in-time segments. Waiters share one encode, a 503 lives for a second, and nobody is let through one by one. */
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { fill } from '../../stream/start-edge.ts'
import { ask } from './ask.ts'
import type { Cases, Scene } from './scene.ts'

/** The edge holds for 8 s; filled so late, only a cache that is more patient than that serves it. */
const fillAfterMs = 6500
const holdMs = 8000

async function takeSegment({ origin, video }: Scene, number: number): Promise<void> {
  const task = await origin.queue.take({ priorities: [0], leaseSeconds: 60, waitSeconds: 5 })
  assert.deepEqual(task?.body, { kind: 'segment', videoId: video.plan.videoId, revision: video.plan.revision, renditionId: 'h264-360p', number })
  await task!.ack()
}

const manyAsk = (url: string) => Array.from({ length: 60 }, () => ask(url))

export const waitCases: Cases = {
  '60 waiters on a segment that is not encoded: one encode, all served when it is there': async (scene) => {
    const { origin, url, video, isOrigin } = scene
    const { requests } = origin
    const { objectReads } = origin.counts
    const waiting = manyAsk(url('h264-360p/9.m4s'))
    await takeSegment(scene, 9)
    await pause(fillAfterMs)
    const filledAt = performance.now()
    await fill(origin, video, 'h264-360p', 9, 10)
    const answers = await Promise.all(waiting)
    const lateMs = performance.now() - filledAt
    assert.ok(answers.every(({ status, body }) => status === 200 && body.equals(video.segments.get('h264-360p/9')!)))
    assert.ok(lateMs < 2500, `the last was served ${Math.round(lateMs)} ms after the segment was there`)
    assert.equal(origin.counts.objectReads - objectReads, 1)
    assert.equal((await origin.queue.depth()).find(({ priority }) => priority === 0)!.ready, 0)
    if (!isOrigin) assert.equal(origin.requests - requests, 1)
    // Those who waited must not take the wait for a slow line; later ones did not wait.
    if (!isOrigin) assert.ok(answers.every(({ headers }) => /detail=held/.test(String(headers['cache-status']))))
    assert.doesNotMatch(String((await ask(url('h264-360p/9.m4s'))).headers['cache-status']), /held/)
  },

  '60 waiters when the hold ends: all get a 503 at about the same time, and a second later the segment is served': async (scene) => {
    const { origin, url, video, isOrigin } = scene
    const { requests } = origin
    const waiting = manyAsk(url('h264-360p/11.m4s'))
    await takeSegment(scene, 11)
    const answers = await Promise.all(waiting)
    for (const answer of answers) {
      assert.equal(answer.status, 503)
      assert.equal(answer.headers['cache-control'], 'max-age=1')
      assert.equal(answer.headers['retry-after'], '1')
      assert.equal(answer.headers['access-control-allow-origin'], '*')
    }
    const slowest = Math.max(...answers.map(({ afterMs }) => afterMs))
    assert.ok(slowest < holdMs + 2500, `the last was answered after ${Math.round(slowest)} ms`)
    if (!isOrigin) assert.ok(origin.requests - requests <= 2, `${origin.requests - requests} requests`)
    await fill(origin, video, 'h264-360p', 11, 12)
    await pause(1000)
    // Caches count in whole seconds: one that stored it late in a second may say so for the rest of the next.
    let served = await ask(url('h264-360p/11.m4s'))
    if (served.status === 503) {
      await pause(1000)
      served = await ask(url('h264-360p/11.m4s'))
    }
    assert.equal(served.status, 200)
    assert.ok(served.body.equals(video.segments.get('h264-360p/11')!))
  },

  'after a 503 the next waiters are joined again': async (scene) => {
    const { origin, url, video, isOrigin } = scene
    const first = await ask(url('h264-360p/13.m4s'))
    assert.equal(first.status, 503)
    await takeSegment(scene, 13)
    await pause(2100)
    const { requests } = origin
    const waiting = manyAsk(url('h264-360p/13.m4s'))
    await pause(1500)
    await fill(origin, video, 'h264-360p', 13, 14)
    const answers = await Promise.all(waiting)
    assert.deepEqual([...new Set(answers.map(({ status }) => status))], [200])
    if (!isOrigin) assert.equal(origin.requests - requests, 1)
  },
}

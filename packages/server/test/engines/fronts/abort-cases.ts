/** Contract: clients that leave. What they asked for is fetched to the end, for those who stay and those who come. */
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { eventually } from '../../stream/eventually.ts'
import { fill } from '../../stream/start-edge.ts'
import { ask } from './ask.ts'
import type { Cases } from './scene.ts'
import { gate } from './join-cases.ts'

export const abortCases: Cases = {
  'the first leaver does not throw away what the others wait for': async ({ origin, url, video, t }) => {
    const { closed, open } = gate()
    origin.gates.objects = closed
    t.after(open)
    const { objectReads } = origin.counts
    const leaving = new AbortController()
    const left = assert.rejects(ask(url('h264-240p/7.m4s'), { signal: leaving.signal }))
    await eventually(() => origin.counts.objectReads === objectReads + 1)
    const staying = Array.from({ length: 20 }, () => ask(url('h264-240p/7.m4s')))
    await pause(200)
    leaving.abort()
    await left
    await pause(200)
    open()
    origin.gates.objects = undefined
    const answers = await Promise.all(staying)
    assert.ok(answers.every(({ status, body }) => status === 200 && body.equals(video.segments.get('h264-240p/7')!)))
    assert.equal(origin.counts.objectReads - objectReads, 1)
  },

  'all leave: the segment is encoded and cached all the same': async ({ origin, url, video, isOrigin }) => {
    const leaving = new AbortController()
    const left = Array.from({ length: 5 }, () => assert.rejects(ask(url('h264-360p/14.m4s'), { signal: leaving.signal })))
    const task = await origin.queue.take({ priorities: [0], leaseSeconds: 60, waitSeconds: 5 })
    await task!.ack()
    leaving.abort()
    await Promise.all(left)
    await pause(200)
    await fill(origin, video, 'h264-360p', 14, 15)
    await pause(1000)
    const { requests } = origin
    const { objectReads } = origin.counts
    assert.deepEqual((await ask(url('h264-360p/14.m4s'))).body, video.segments.get('h264-360p/14'))
    assert.equal(origin.counts.objectReads, objectReads)
    if (!isOrigin) assert.equal(origin.requests, requests)
  },
}

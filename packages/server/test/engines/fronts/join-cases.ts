/** Contract: many who ask for the same at once cost the origin one request. */
import assert from 'node:assert/strict'
import { eventually } from '../../stream/eventually.ts'
import { ask } from './ask.ts'
import type { Cases } from './scene.ts'

/** A promise and its key. */
export function gate(): { closed: Promise<void>; open: () => void } {
  let open = () => {}
  const closed = new Promise<void>((resolve) => (open = resolve))
  return { closed, open }
}

export const joinCases: Cases = {
  '200 clients on one cold segment: one request to the origin, one read of the store': async ({ origin, url, video, isOrigin, t }) => {
    const { closed, open } = gate()
    origin.gates.objects = closed
    t.after(open)
    const { objectReads } = origin.counts
    const { requests } = origin
    const clients = Array.from({ length: 200 }, (_, index) => ask(url('h264-240p/5.m4s', { viewer: `viewer ${index}` })))
    await eventually(() => origin.counts.objectReads > objectReads)
    await new Promise((resolve) => setTimeout(resolve, 300))
    open()
    origin.gates.objects = undefined
    const answers = await Promise.all(clients)
    assert.deepEqual(answers.filter(({ status }) => status !== 200).length, 0)
    const body = video.segments.get('h264-240p/5')!
    assert.ok(answers.every((answer) => answer.body.equals(body)))
    assert.equal(origin.counts.objectReads - objectReads, 1)
    if (!isOrigin) assert.equal(origin.requests - requests, 1)
  },

  '50 clients with ranges and without on one cold segment: one request to the origin': async ({ origin, url, video, isOrigin }) => {
    const { objectReads } = origin.counts
    const { requests } = origin
    const body = video.segments.get('h264-240p/6')!
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const answer = await ask(url('h264-240p/6.m4s'), index % 2 === 0 ? {} : { headers: { range: `bytes=${index * 100}-${index * 100 + 99}` } })
        assert.ok(answer.body.equals(index % 2 === 0 ? body : body.subarray(index * 100, index * 100 + 100)))
      }),
    )
    assert.equal(origin.counts.objectReads - objectReads, 1)
    if (!isOrigin) assert.equal(origin.requests - requests, 1)
  },
}

/** The tracer: one trace for a video in every process, nothing secret in it, and a collector that is away harms nothing. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { traced } from '../../src/base/tracer.ts'
import type { Log } from '../../src/base/log.ts'
import { ProblemError } from '../../src/http/problem.ts'
import { openTracer } from '../../src/roles/open-tracer.ts'
import { freePort } from '../e2e/free-port.ts'
import { quietLog } from '../fixtures/quiet-log.ts'
import { startTraceReceiver } from '../fixtures/trace-receiver.ts'

const open = (endpoint: string, options: { share?: number; log?: Log } = {}) => openTracer({ endpoint, share: options.share ?? 1, roles: ['encoder'], log: options.log ?? quietLog })
const nothing = async () => {}

test('two processes make one trace; spans within spans, of two videos at once, find their own parents', async (t) => {
  const receiver = await startTraceReceiver()
  t.after(() => receiver.close())
  const [api, encoder] = [open(receiver.url), open(receiver.url)]
  await api.span('complete', 'a', { bytes: 7 }, nothing)
  const work = (videoId: string) =>
    encoder.span('chunk', videoId, { chunk: 1 }, async (note) => {
      await encoder.span('encode', videoId, { renditions: ['x', 'y'] }, () => new Promise((resolve) => setTimeout(resolve, 20)))
      await encoder.span('other video', videoId === 'a' ? 'b' : 'a', {}, nothing)
      note({ filled: false })
    })
  await Promise.all([work('a'), work('b')])
  // Long before this process began.
  encoder.video('a', { fromMs: 1e12, toMs: 1e12 + 5000, attributes: {} })
  await Promise.all([api.close(), encoder.close()])

  const of = (videoId: string) => receiver.spans.filter(({ attributes }) => attributes['sluice.video.id'] === videoId)
  const [first] = of('a')
  assert.ok(of('a').length === 5 && of('a').every(({ traceId }) => traceId === first!.traceId))
  assert.ok(of('b').length === 3 && of('b').every(({ traceId }) => traceId !== first!.traceId))
  const video = of('a').find(({ name }) => name === 'video')!
  assert.deepEqual([video.parentSpanId, video.startMs, video.endMs], [undefined, 1e12, 1e12 + 5000])
  const chunk = of('a').find(({ name }) => name === 'chunk')!
  assert.deepEqual(chunk.attributes, { 'sluice.video.id': 'a', 'sluice.chunk': 1, 'sluice.filled': false })
  for (const { name, parentSpanId } of of('a')) if (name !== 'video') assert.equal(parentSpanId, name === 'encode' ? chunk.spanId : video.spanId, name)
})

test('what fails is told by name and code, without its words', async (t) => {
  const receiver = await startTraceReceiver()
  t.after(() => receiver.close())
  const tracer = open(receiver.url)
  const fault = new ProblemError('size_mismatch', { detail: 'at https://store/key?X-Amz-Signature=abc' })
  await assert.rejects(tracer.span('complete', 'a', {}, async () => { throw fault }), fault)
  tracer.video('a', { fromMs: Date.now() - 10, toMs: Date.now(), attributes: {}, failure: 'no_video' })
  await tracer.close()
  const told = receiver.spans.map(({ name, status }) => [name, status.code, status.message])
  assert.deepEqual(told, [['complete', 2, `${fault.name} size_mismatch`], ['video', 2, 'no_video']])
  assert.doesNotMatch(receiver.raw(), /https:|Amz/)
})

test('of a share of the videos every process takes the same ones', async (t) => {
  const receiver = await startTraceReceiver()
  t.after(() => receiver.close())
  const tracers = [open(receiver.url, { share: 0.3 }), open(receiver.url, { share: 0.3 })]
  for (const tracer of tracers) for (let video = 0; video < 200; video++) await tracer.span('work', `video ${video}`, {}, nothing)
  await Promise.all(tracers.map((tracer) => tracer.close()))
  const counts = Map.groupBy(receiver.spans, ({ attributes }) => String(attributes['sluice.video.id']))
  assert.ok(counts.size > 30 && counts.size < 90, `${counts.size} of 200`)
  assert.ok([...counts.values()].every(({ length }) => length === 2))
})

test('a collector that is away, or says nothing: work goes on, it is said once, and the end is not held up', async (t) => {
  const dumb = await startTraceReceiver({ answer: false })
  t.after(() => dumb.close())
  for (const endpoint of [`http://127.0.0.1:${await freePort()}`, dumb.url]) {
    const said: string[] = []
    const log: Log = { ...quietLog, warn: (_fields, message) => void said.push(message) }
    const tracer = open(endpoint, { log })
    for (let n = 0; n < 5000; n++) assert.equal(await tracer.span('work', 'a', {}, async () => n), n)
    const startedAt = performance.now()
    await tracer.close()
    assert.ok(performance.now() - startedAt < 8000)
    assert.equal(said.length, 1, said.join())
  }
})

test('without a tracer the work is just done', async () => {
  assert.equal(await traced(undefined, 'work', 'a', {}, async (note) => (note({}), 3)), 3)
})

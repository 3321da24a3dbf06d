/** Concurrent misses, clients that leave, memory, and stores that are down. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { eventually } from './eventually.ts'
import { change, makeVideo, startEdge } from './start-edge.ts'

/** A promise and its key. */
function gate(): { closed: Promise<void>; open: () => void } {
  let open = () => {}
  const closed = new Promise<void>((resolve) => (open = resolve))
  return { closed, open }
}

test('200 clients who miss at once share one read', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const { closed, open } = gate()
  stage.gates.objects = closed
  const url = `${stage.base(video.plan)}h264-240p/5.m4s`
  const clients = Array.from({ length: 200 }, () => fetch(url))
  await eventually(() => stage.counts.objectReads > 0)
  open()
  const answers = await Promise.all(clients)
  const bodies = await Promise.all(answers.map(async (answer) => Buffer.from(await answer.arrayBuffer())))
  assert.ok(answers.every((answer) => answer.status === 200))
  assert.ok(bodies.every((body) => body.equals(video.segments.get('h264-240p/5')!)))
  assert.equal(stage.counts.objectReads, 1)
  const outcomes = answers.map((answer) => answer.headers.get('cache-status'))
  assert.equal(outcomes.filter((one) => one === 'sluice; fwd=uri-miss; stored').length, 1)
})

test('a read goes on when its clients leave: the next one finds it in memory', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const { closed, open } = gate()
  stage.gates.objects = closed
  const url = `${stage.base(video.plan)}h264-240p/5.m4s`
  const leaving = new AbortController()
  const left = assert.rejects(fetch(url, { signal: leaving.signal }), { name: 'AbortError' })
  await eventually(() => stage.counts.objectReads === 1)
  leaving.abort()
  await left
  open()
  const answer = await fetch(url)
  assert.deepEqual(Buffer.from(await answer.arrayBuffer()), video.segments.get('h264-240p/5'))
  assert.equal(stage.counts.objectReads, 1)
})

test('memory holds what fits, and evicts the rest', async (t) => {
  const stage = await startEdge(t, { memoryBytes: 200_000 })
  const video = await makeVideo(stage)
  const base = stage.base(video.plan)
  const read = async (path: string) => {
    const answer = await fetch(base + path)
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), video.segments.get(path.replace('.m4s', '')))
    return answer.headers.get('cache-status')
  }
  await read('h264-240p/0.m4s')
  assert.equal(await read('h264-240p/0.m4s'), 'sluice; hit')
  // 17 segments of 20 KB through 200 KB: the one that was asked for again outlives those that were not.
  for (let number = 1; number <= 15; number++) await read(`h264-240p/${number}.m4s`)
  assert.equal(await read('h264-240p/0.m4s'), 'sluice; hit')
  assert.notEqual(await read('h264-240p/2.m4s'), 'sluice; hit')
})

test('the object store is down: 503 with Retry-After and CORS, cached for a second; what is in memory is still served', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const base = stage.base(video.plan)
  const cached = `${base}h264-240p/5.m4s`
  await (await fetch(cached)).arrayBuffer()
  stage.faults.objects = new DriverUnavailable('down')
  const answer = await fetch(`${base}h264-240p/6.m4s`)
  assert.equal(answer.status, 503)
  assert.equal(((await answer.json()) as { code: string }).code, 'unavailable')
  assert.equal(answer.headers.get('retry-after'), '1')
  assert.equal(answer.headers.get('cache-control'), 'max-age=1')
  assert.equal(answer.headers.get('access-control-allow-origin'), '*')
  assert.equal((await fetch(cached)).status, 200)
  stage.faults.objects = undefined
  assert.equal((await fetch(`${base}h264-240p/6.m4s`)).status, 200, 'back again')
})

test('a short fault of the store is not seen by the viewer', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  stage.faults.objects = new DriverUnavailable('blip')
  const pending = fetch(`${stage.base(video.plan)}h264-240p/6.m4s`)
  await eventually(() => stage.counts.objectReads >= 1)
  stage.faults.objects = undefined
  assert.equal((await pending).status, 200)
})

test('the documents are down: cached segments go on, even past the next check of the video', async (t) => {
  const stage = await startEdge(t)
  const video = await makeVideo(stage)
  const base = stage.base(video.plan)
  const cached = `${base}h264-240p/5.m4s`
  await (await fetch(cached)).arrayBuffer()
  stage.faults.documents = new DriverUnavailable('down')
  stage.forward(600_000)
  const answer = await fetch(cached)
  assert.equal(answer.status, 200)
  assert.equal(answer.headers.get('cache-status'), 'sluice; hit')
  assert.equal((await fetch(`${base}h264-240p/6.m4s`)).status, 503)
  stage.faults.documents = undefined
  await change(stage, video, { deletedAt: 1 }, true)
  stage.forward(1000)
  assert.equal((await fetch(cached)).status, 404, 'and once they are back the video is looked at again')
})

test('bytes that are not those of the slot are not served, nor is a lost object', async (t) => {
  const stage = await startEdge(t)
  const damaged = await makeVideo(stage)
  const { items } = await stage.objects.list('encoded', `v/${damaged.plan.videoId}/${damaged.plan.revision}/h264-240p/0`)
  const first = items[0]!
  await stage.objects.delete('encoded', [first.key])
  assert.equal((await fetch(`${stage.base(damaged.plan)}h264-240p/0.m4s`)).status, 503)
  await stage.objects.put('encoded', first.key, Buffer.alloc(first.sizeBytes), { mediaType: 'video/mp4' })
  assert.equal((await fetch(`${stage.base(damaged.plan)}h264-240p/0.m4s`)).status, 503)
  assert.ok(stage.logged.some((line) => line.includes('not those of the slot')))
  assert.ok(stage.logged.some((line) => line.includes('not in the store')))
})

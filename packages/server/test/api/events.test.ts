/** Server-sent events of a video. */
import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { makePlayable, setVideo } from './add-video.ts'
import { startApi, type Api } from './start-api.ts'
import { uploadSmall } from './upload-file.ts'

/** Opens the stream; `next` answers the next event's fields, undefined at the end. */
async function follow(t: TestContext, api: Api, videoId: string, headers: Record<string, string> = {}) {
  const stop = new AbortController()
  t.after(() => stop.abort())
  const response = await fetch(`${api.origin}/api/v1/videos/${videoId}/events`, { headers, signal: stop.signal })
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  return {
    response,
    leave: () => stop.abort(),
    async next(): Promise<{ event: string; id?: string; data: any } | undefined> {
      for (;;) {
        const end = text.indexOf('\n\n')
        if (end >= 0) {
          const fields = Object.fromEntries(text.slice(0, end).split('\n').map((line) => line.split(/: ?(.*)/s).slice(0, 2)))
          text = text.slice(end + 2)
          if (fields.event !== undefined) return { ...fields, data: JSON.parse(fields.data) }
          continue
        }
        const { value, done } = await reader!.read()
        if (done) return undefined
        text += value
      }
    },
  }
}

test('the state comes at once, every change after it, and the end with the last', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const videoId = await uploadSmall(api, token)
  const events = await follow(t, api, videoId)
  assert.equal(events.response.status, 200)
  assert.match(events.response.headers.get('content-type')!, /^text\/event-stream/)
  assert.equal(events.response.headers.get('cache-control'), 'no-store')
  assert.deepEqual((await events.next())!.data, { state: 'inspecting', progress: 0 })
  await makePlayable(api, videoId)
  assert.deepEqual((await events.next())!.data, { state: 'playable', progress: 0.25, manifestVersion: 1 })
  await setVideo(api, videoId, { progress: 0.5 })
  assert.equal((await events.next())!.data.progress, 0.5)
  await setVideo(api, videoId, { state: 'ready', progress: 1, manifestVersion: 2 })
  const last = (await events.next())!
  assert.deepEqual([last.event, last.id, last.data], ['video', 'ready-2', { state: 'ready', progress: 1, manifestVersion: 2 }])
  assert.equal(await events.next(), undefined)

  const again = await follow(t, api, videoId)
  assert.equal((await again.next())!.data.state, 'ready')
  assert.equal(await again.next(), undefined)
  const reconnected = await follow(t, api, videoId, { 'last-event-id': 'ready-2' })
  assert.equal(reconnected.response.status, 204, 'a browser that comes back is told that there is no more')
})

test('a change whose signal was lost is found all the same', async (t) => {
  const api = await startApi(t, { change: ({ signals }) => ({ signals: { ...signals, publish: async () => {} } }) })
  const { token } = await api.signUp('anna')
  const videoId = await uploadSmall(api, token)
  const events = await follow(t, api, videoId)
  await events.next()
  await setVideo(api, videoId, { state: 'failed', failure: { code: 'not_media', message: 'No video.' } })
  assert.deepEqual((await events.next())!.data, { state: 'failed', progress: 0, failure: { code: 'not_media', message: 'No video.' } })
  assert.equal(await events.next(), undefined)
})

test('the stream ends when the viewer may see the video no more', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const videoId = await uploadSmall(api, token)
  const events = await follow(t, api, videoId)
  const own = await follow(t, api, videoId, { authorization: `Bearer ${token}` })
  await events.next()
  await own.next()
  await api.call('PATCH', `/videos/${videoId}`, { token, body: { visibility: 'private' } })
  assert.equal(await events.next(), undefined)
  await setVideo(api, videoId, { progress: 0.1 })
  assert.equal((await own.next())!.data.progress, 0.1)
  await api.call('DELETE', `/videos/${videoId}`, { token })
  assert.equal(await own.next(), undefined)
})

test('streams are limited for each viewer, and a closed one makes room', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const videoId = await uploadSmall(api, token)
  const open = await Promise.all(Array.from({ length: 32 }, () => follow(t, api, videoId)))
  for (const one of open) assert.equal(one.response.status, 200)
  await api.refused('rate_limited', 'GET', `/videos/${videoId}/events`)
  assert.equal((await follow(t, api, videoId, { authorization: `Bearer ${token}` })).response.status, 200)
  open[0]!.leave()
  for (let tries = 0; ; tries++) {
    const { status } = (await follow(t, api, videoId)).response
    if (status === 200) break
    assert.ok(tries < 200, 'the place was never freed')
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
})

/** Following a video by server-sent events. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { VideoEvent } from '@sluice/contract'
import { createClient, SluiceError } from '@sluice/sdk'
import { readEventStream } from '../src/event-stream.ts'
import { answerJson, problemBody, withApi } from './api-server.ts'

const event = (state: string, progress: number) => `event: video\ndata: ${JSON.stringify({ state, progress })}\n\n`
const opened = { 'content-type': 'text/event-stream' }

test('changes come until the video is ready; comments and repetitions do not count', () =>
  withApi(
    (_seen, response) => {
      response.writeHead(200, opened)
      response.write(`: hello\n\n${event('inspecting', 0)}`)
      response.write(event('inspecting', 0))
      response.write(event('playable', 0.25))
      response.write(event('ready', 1))
    },
    async (baseUrl) => {
      const seen: VideoEvent[] = []
      for await (const change of createClient({ baseUrl }).videos.events('v')) seen.push(change)
      assert.deepEqual(seen.map(({ state }) => state), ['inspecting', 'playable', 'ready'])
    },
  ))

test('a stream that breaks, or a server that is away, is connected to again', () =>
  withApi(
    (_seen, response, count) => {
      if (count === 1) {
        response.writeHead(200, opened)
        return void response.write(event('inspecting', 0), () => response.destroy())
      }
      if (count === 2) return answerJson(response, 503, problemBody(503, 'unavailable'))
      response.writeHead(200, opened).end(event('inspecting', 0) + event('playable', 0.1))
    },
    async (baseUrl, seen) => {
      const states: string[] = []
      const end = await createClient({ baseUrl }).videos.untilPlayable('v', { onEvent: ({ state }) => states.push(state) })
      assert.equal(end.state, 'playable')
      assert.deepEqual(states, ['inspecting', 'playable'])
      assert.equal(seen.length, 3)
    },
  ))

test('until ready goes on after playable, and a failure ends it', () =>
  withApi(
    (_seen, response) => void response.writeHead(200, opened).end(event('playable', 0.1) + event('failed', 0.1)),
    async (baseUrl) => {
      const end = await createClient({ baseUrl }).videos.untilPlayable('v', { ready: true })
      assert.equal(end.state, 'failed')
    },
  ))

test('a video that is not there is an error, not a wait', () =>
  withApi(
    (_seen, response) => answerJson(response, 404, problemBody(404, 'video_not_found')),
    async (baseUrl) => {
      await assert.rejects(createClient({ baseUrl }).videos.untilPlayable('v'), (error) => error instanceof SluiceError && error.code === 'video_not_found')
    },
  ))

test('aborting ends the wait with the reason', () =>
  withApi(
    (_seen, response) => void response.writeHead(200, opened).write(event('inspecting', 0)),
    async (baseUrl) => {
      const controller = new AbortController()
      const reason = new Error('enough')
      const wait = createClient({ baseUrl }).videos.untilPlayable('v', { signal: controller.signal, onEvent: () => controller.abort(reason) })
      await assert.rejects(wait, reason)
    },
  ))

test('events are read whole from pieces of any size, with any line ends', async () => {
  const bytes = new TextEncoder().encode('id: 7\r\nevent: video\r\ndata: {"a":\r\ndata: "ä"}\r\n\r\ndata\n\n:c\n\ndata: last\n\n')
  const events = []
  for await (const each of readEventStream(byByte(bytes))) events.push(each)
  assert.deepEqual(events, [
    { event: 'video', data: '{"a":\n"ä"}', id: '7' },
    { event: 'message', data: '', id: undefined },
    { event: 'message', data: 'last', id: undefined },
  ])
})

const byByte = (bytes: Uint8Array) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const byte of bytes) controller.enqueue(Uint8Array.of(byte))
      controller.close()
    },
  })

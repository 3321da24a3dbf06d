/** Follows a video's state and progress by server-sent events, over broken connections too. */
import type { VideoEvent } from '@sluice/contract'
import { SluiceError } from './error.ts'
import { readEventStream } from './event-stream.ts'
import { send, type Connection } from './request.ts'
import { backoffMs, wait } from './wait.ts'

/** A connection on which nothing came for so long, not even a comment, is given up and made again. */
const silenceSeconds = 60

/**
 * Every change of the video, the present state first; ends after `ready` or `failed`. Connects again when the
 * connection breaks, for as long as the signal lets it. Rejects with SluiceError when the server refuses (404…).
 */
export async function* watchVideo(connection: Connection, videoId: string, signal?: AbortSignal): AsyncGenerator<VideoEvent> {
  let last = ''
  for (let attempt = 1; ; attempt++) {
    const silence = new AbortController()
    let timer: ReturnType<typeof setTimeout> | undefined
    const heard = () => {
      clearTimeout(timer)
      timer = setTimeout(() => silence.abort(new DOMException('The event stream fell silent', 'TimeoutError')), silenceSeconds * 1000)
    }
    try {
      heard()
      const call = { method: 'GET', path: `/videos/${encodeURIComponent(videoId)}/events`, repeatable: true, signal } as const
      const response = await send(connection, call, silence.signal)
      if (response.status === 204) return
      for await (const { event, data } of readEventStream(response.body!, heard)) {
        if (event !== 'video' || data === last) continue
        attempt = 0
        last = data
        const change = JSON.parse(data) as VideoEvent
        yield change
        if (change.state === 'ready' || change.state === 'failed') return
      }
    } catch (error) {
      if (signal?.aborted) throw signal.reason
      if (error instanceof SluiceError && error.status !== 0 && error.status < 500 && error.status !== 429) throw error
    } finally {
      clearTimeout(timer)
      silence.abort()
    }
    await wait(backoffMs(attempt + 1, 250, 10_000), signal)
  }
}

/** GET /videos/:id/events: a video's state and progress as server-sent events. */
import type { ServerResponse } from 'node:http'
import type { VideoEvent } from '@sluice/contract'
import { sleep } from '../base/time.ts'
import { videoTopic, type VideoSignal } from '../domain/messages.ts'
import { isFinal, type Video } from '../domain/video.ts'
import { readVideo } from '../records/video.ts'
import type { CatalogDeps } from './deps.ts'
import { maySee, type Viewer } from './see.ts'

/** Signals may get lost: so it is looked up now and then. */
const pollMs = 2000
const heartbeatMs = 15_000
/** Signals come in bursts: at most one look in this time. */
const quietMs = 200
/** Then the client comes back, and shows its token again. */
const longestMs = 3600_000
/** A client that reads nothing is cut at this much. */
const maxBufferedBytes = 256 * 1024

/** What one event says of the video. */
export const eventOf = ({ state, progress, manifestVersion, failure }: Video): VideoEvent => ({
  state,
  progress,
  ...(manifestVersion === undefined ? {} : { manifestVersion }),
  ...(failure === undefined ? {} : { failure }),
})

/** Names a final state, so that a browser which reconnects can be told that there is no more. */
export const finalEventId = (video: Video): string | undefined => (isFinal(video) ? `${video.state}-${video.manifestVersion ?? 0}` : undefined)

/**
 * Writes the state at once and whenever it changes, until it is final, the viewer may see it no more, the client
 * leaves, `signal` aborts or an hour has passed. Resolves when the response has ended. The head was not written yet.
 */
export async function streamEvents(deps: CatalogDeps, video: Video, viewer: Viewer, response: ServerResponse, signal: AbortSignal): Promise<void> {
  const { clock, documents, log, signals } = deps
  const ended = new AbortController()
  let woken = new AbortController()
  const end = () => {
    ended.abort()
    woken.abort()
  }
  response.once('close', end)
  signal.addEventListener('abort', end, { once: true })
  // Either may have happened while the request was looked at.
  if (response.closed || signal.aborted) end()
  const unsubscribe = signals.subscribe(videoTopic(video.id), (message) => {
    if ((message as VideoSignal).kind === 'video') woken.abort()
  })
  const heartbeat = setInterval(() => response.write(': still here\n\n'), heartbeatMs)
  const until = clock() + longestMs

  try {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' })
    response.write('retry: 3000\n\n')
    let last = ''
    while (!ended.signal.aborted && clock() < until) {
      // Before the look: what changes during it wakes at once.
      woken = new AbortController()
      const lookedAtMs = performance.now()
      const now = (await readVideo(documents, video.id))?.value
      if (!now || !maySee(now, viewer)) break
      const data = JSON.stringify(eventOf(now))
      const id = finalEventId(now)
      if (data !== last) response.write(`event: video\n${id === undefined ? '' : `id: ${id}\n`}data: ${data}\n\n`)
      last = data
      if (isFinal(now) || response.writableLength > maxBufferedBytes) break
      await sleep(pollMs, woken.signal)
      // The first of a burst is told at once: it may be that the video can be played.
      await sleep(Math.max(0, lookedAtMs + quietMs - performance.now()), ended.signal)
    }
  } catch (error) {
    log.warn({ err: error, videoId: video.id }, 'an event stream broke')
  } finally {
    clearInterval(heartbeat)
    unsubscribe()
    signal.removeEventListener('abort', end)
    response.end()
  }
}

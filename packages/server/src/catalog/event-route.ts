/** The route of GET /videos/:id/events, and how many streams may be open. */
import { VideoEvent } from '@sluice/contract'
import { Type } from 'typebox'
import type { App } from '../http/app.ts'
import { IdParams, ProblemAnswer } from '../http/open-api.ts'
import { ProblemError } from '../http/problem.ts'
import type { CatalogDeps } from './deps.ts'
import { seenVideo } from './see.ts'
import { finalEventId, streamEvents } from './stream-events.ts'

/** Streams end when the app closes. */
export function registerEventRoute(app: App, deps: CatalogDeps): void {
  const open = new Map<string, number>()
  let total = 0
  const closing = new AbortController()
  app.addHook('preClose', async () => closing.abort())

  app.get(
    '/api/v1/videos/:id/events',
    {
      schema: {
        tags: ['videos'],
        summary: 'Its state and progress as server-sent events, until it is ready or failed',
        params: IdParams,
        response: {
          200: { description: 'Events named `video`, data as here', content: { 'text/event-stream': { schema: VideoEvent } } },
          204: Type.Null({ description: 'A client that came back has seen the last event' }),
          '4xx': ProblemAnswer,
        },
      },
    },
    async (request, reply) => {
      const video = await seenVideo(deps, request.params.id, request.account)
      // A browser's EventSource comes back after every end; 204 tells it to stop (HTML §9.2.3).
      const seen = request.headers['last-event-id']
      if (seen !== undefined && seen === finalEventId(video)) return reply.code(204).send(null)

      const who = request.account?.id ?? request.ip
      const mine = open.get(who) ?? 0
      if (mine >= deps.limits.maxStreamsEach || total >= deps.limits.maxStreams) {
        throw new ProblemError('rate_limited', { detail: 'Too many event streams', retryAfterSeconds: 5 })
      }
      open.set(who, mine + 1)
      total++
      reply.hijack()
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) reply.raw.setHeader(name, value)
      try {
        await streamEvents(deps, video, request.account, reply.raw, closing.signal)
      } finally {
        total--
        const left = open.get(who)! - 1
        if (left > 0) open.set(who, left)
        else open.delete(who)
      }
    },
  )
}

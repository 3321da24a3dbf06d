/** POST /videos/:id/play. */
import { PlayAnswer } from '@sluice/contract'
import type { App } from '../http/app.ts'
import { IdParams, ProblemAnswer } from '../http/open-api.ts'
import { requestOrigin } from '../http/origin.ts'
import type { PlayCounter } from './count-plays.ts'
import { play, type PlayDeps } from './play.ts'

export function registerPlayRoutes(app: App, deps: PlayDeps & { publicUrl: string; plays: Pick<PlayCounter, 'note'> }): void {
  app.post(
    '/api/v1/videos/:id/play',
    {
      schema: {
        summary: 'Watch it: signed manifest URLs for this viewer',
        description: 'Before it is playable: 409 not_playable_yet with Retry-After. Asking again within hours answers the same URLs.',
        tags: ['videos'],
        params: IdParams,
        response: { 200: PlayAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request, reply) => {
      const answer = await play(deps, {
        videoId: request.params.id,
        accountId: request.account?.id,
        ip: request.ip,
        userAgent: request.headers['user-agent'] ?? '',
        origin: requestOrigin(request, deps.publicUrl),
      })
      deps.plays.note(request.params.id, answer.sessionId)
      return reply.header('cache-control', 'no-store').send(answer)
    },
  )
}

/** POST /videos/:id/play. */
import { PlayAnswer } from '@sluice/contract'
import type { App } from '../../http/app.ts'
import { IdParams, ProblemAnswer } from '../../http/open-api.ts'
import { play, type PlayDeps } from './play.ts'
import { playRequestOf } from './play-request.ts'
import { setCloudFrontCookies } from './set-cloudfront-cookies.ts'

export function registerPlayRoutes(app: App, deps: PlayDeps & { publicUrl: string }): void {
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
      const answer = await play(deps, playRequestOf(request, deps.publicUrl))
      if (deps.cloudFront) setCloudFrontCookies(reply, deps.cloudFront, answer.dashUrl, { expiresAt: answer.expiresAt, ...(deps.bindToAddress && { ip: request.ip }) })
      return reply.header('cache-control', 'no-store').send(answer)
    },
  )
}

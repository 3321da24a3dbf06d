/** POST /videos/:id/downloads. */
import { DownloadsAnswer } from '@sluice/contract'
import type { App } from '../../http/app.ts'
import { IdParams, ProblemAnswer } from '../../http/open-api.ts'
import type { Documents } from '../../ports/documents.ts'
import { offerDownloads } from './offer-downloads.ts'
import type { PlayDeps } from '../play/play.ts'
import { playRequestOf } from '../play/play-request.ts'
import { setCloudFrontCookies } from '../play/set-cloudfront-cookies.ts'

export function registerDownloadRoutes(app: App, deps: PlayDeps & { documents: Documents; publicUrl: string }): void {
  app.post(
    '/api/v1/videos/:id/downloads',
    {
      schema: {
        summary: 'Take it away: signed URLs of complete renditions as MP4 files',
        description: 'Empty until a rendition is complete. For the owner and administrators; for others where the video is downloadable, else 403 download_not_allowed.',
        tags: ['videos'],
        params: IdParams,
        response: { 200: DownloadsAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request, reply) => {
      const answer = await offerDownloads(deps, playRequestOf(request, deps.publicUrl))
      const [first] = answer.items
      if (deps.cloudFront && first) setCloudFrontCookies(reply, deps.cloudFront, first.url, { expiresAt: answer.expiresAt, ...(deps.bindToAddress && { ip: request.ip }) })
      return reply.header('cache-control', 'no-store').send(answer)
    },
  )
}

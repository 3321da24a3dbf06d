/** What players report of their playbacks, and what a video's owner reads of them. */
import { AudienceAnswer, AudienceQuery, PlaybackReport } from '@sluice/contract'
import { Type } from 'typebox'
import { isId } from '../domain/keys.ts'
import { isGone } from '../domain/video.ts'
import type { App } from '../http/app.ts'
import { requireAccount } from '../http/auth.ts'
import { IdParams, ProblemAnswer, signedIn } from '../http/open-api.ts'
import { ProblemError } from '../http/problem.ts'
import { strictLimit } from '../http/rate-limits.ts'
import { readVideo } from '../records/video.ts'
import type { AudienceDeps } from './deps.ts'
import { readAudience } from './read-audience.ts'
import type { ReportIntake } from './take-reports.ts'

const reportBytes = 8 * 1024
/** By address, which many viewers may share; a player sends a few a minute. */
const reportsPerMinute = 600

export function registerAudienceRoutes(app: App, deps: Pick<AudienceDeps, 'documents' | 'clock'> & { intake: Pick<ReportIntake, 'take'> }): void {
  const tags = ['audience']
  app.post(
    '/api/v1/videos/:id/playbacks',
    {
      bodyLimit: reportBytes,
      config: strictLimit('playbacks', reportsPerMinute),
      schema: {
        tags,
        summary: 'Report how a playback went so far',
        description: 'Authorised by the token of the play answer, not by an account. Sums since its beginning, so that a report may be lost, repeated or overtaken.',
        params: IdParams,
        body: PlaybackReport,
        response: { 204: Type.Null(), '4xx': ProblemAnswer },
      },
    },
    async (request, reply) => {
      await deps.intake.take(request.params.id, request.body, request.ip)
      return reply.code(204).send(null)
    },
  )

  app.get(
    '/api/v1/videos/:id/audience',
    {
      schema: {
        tags,
        summary: 'How it was watched',
        description: 'For the owner; 404 for everybody else.',
        security: signedIn,
        params: IdParams,
        querystring: AudienceQuery,
        response: { 200: AudienceAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request) => {
      const account = requireAccount(request)
      const { id } = request.params
      const video = isId(id) ? (await readVideo(deps.documents, id))?.value : undefined
      if (!video || isGone(video) || video.accountId !== account.id) throw new ProblemError('video_not_found')
      return readAudience(deps, id, request.query)
    },
  )
}

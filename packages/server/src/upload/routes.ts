/** The routes below /uploads. */
import { BeginUpload, BegunUpload, CompleteUpload, IdempotencyKey, SignedParts, SignParts, UploadAnswer, VideoAnswer } from '@sluice/contract'
import type { Video as WireVideo } from '@sluice/contract'
import { Type } from 'typebox'
import type { Video } from '../domain/video.ts'
import type { App } from '../http/app.ts'
import { requireAccount, type RequestAccount } from '../http/auth.ts'
import { IdParams, ProblemAnswer, signedIn } from '../http/open-api.ts'
import { requestOrigin } from '../http/origin.ts'
import { abortUpload } from './abort.ts'
import { beginUpload } from './begin.ts'
import { completeUpload } from './complete.ts'
import type { UploadDeps } from './deps.ts'
import { signParts } from './sign-parts.ts'
import { uploadStatus } from './status.ts'

/** 10 000 parts with ETags of 200 characters. */
const completeLimitBytes = 4 * 2 ** 20

export type UploadRoutesDeps = UploadDeps & {
  publicUrl: string
  /** The video as that account sees it. */
  present: (video: Video, viewer: RequestAccount) => Promise<WireVideo>
}

export function registerUploadRoutes(app: App, deps: UploadRoutesDeps): void {
  const common = { tags: ['uploads'], security: signedIn }
  const params = IdParams

  app.post(
    '/api/v1/uploads',
    {
      schema: {
        ...common,
        summary: 'Open an upload, and the video that it becomes',
        headers: IdempotencyKey,
        body: BeginUpload,
        response: { 201: BegunUpload, '4xx': ProblemAnswer },
      },
    },
    async (request, reply) => {
      const account = requireAccount(request)
      const upload = await beginUpload(deps, account.id, request.body, request.headers['idempotency-key'])
      const { id, videoId, partSizeBytes, partCount, expiresAt } = upload
      return reply.code(201).send({ uploadId: id, videoId, partSizeBytes, partCount, expiresAt })
    },
  )

  app.post(
    '/api/v1/uploads/:id/part-urls',
    { schema: { ...common, summary: 'URLs to PUT parts to', params, body: SignParts, response: { 200: SignedParts, '4xx': ProblemAnswer } } },
    async (request, reply) => {
      const account = requireAccount(request)
      const signed = await signParts(deps, account.id, request.params.id, request.body, requestOrigin(request, deps.publicUrl))
      return reply.header('cache-control', 'no-store').send(signed)
    },
  )

  app.get(
    '/api/v1/uploads/:id',
    { schema: { ...common, summary: 'What an upload has so far, to resume it', params, response: { 200: UploadAnswer, '4xx': ProblemAnswer } } },
    async (request, reply) => {
      const status = await uploadStatus(deps, requireAccount(request).id, request.params.id)
      return reply.header('cache-control', 'no-store').send(status)
    },
  )

  app.post(
    '/api/v1/uploads/:id/complete',
    {
      bodyLimit: completeLimitBytes,
      schema: {
        ...common,
        summary: 'Make the source of its parts; repeatable',
        params,
        body: CompleteUpload,
        response: { 200: VideoAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request) => {
      const account = requireAccount(request)
      return { video: await deps.present(await completeUpload(deps, account.id, request.params.id, request.body), account) }
    },
  )

  app.delete(
    '/api/v1/uploads/:id',
    { schema: { ...common, summary: 'Abort it: its parts and its video are gone', params, response: { 204: Type.Null(), '4xx': ProblemAnswer } } },
    async (request, reply) => {
      await abortUpload(deps, requireAccount(request).id, request.params.id)
      return reply.code(204).send(null)
    },
  )
}

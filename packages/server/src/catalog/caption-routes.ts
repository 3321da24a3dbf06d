/** The routes below /videos/:id/captions. */
import { Caption, CaptionList, PutCaption } from '@sluice/contract'
import { Type } from 'typebox'
import type { Caption as StoredCaption } from '../domain/extras.ts'
import type { App } from '../http/app.ts'
import { requireAccount } from '../http/auth.ts'
import { IdParams, ProblemAnswer, signedIn } from '../http/open-api.ts'
import { putCaption, removeCaption } from './captions.ts'
import type { CatalogDeps } from './deps.ts'
import { seenVideo } from './see.ts'

/** The longest text in UTF-8 and JSON, with room. */
const bodyLimitBytes = 8 * 2 ** 20

export function registerCaptionRoutes(app: App, deps: CatalogDeps): void {
  const tags = ['captions']

  app.get(
    '/api/v1/videos/:id/captions',
    {
      schema: { tags, summary: 'Its captions', description: 'Their texts are at the URLs of a play answer.', params: IdParams, response: { 200: CaptionList, '4xx': ProblemAnswer } },
    },
    async (request) => {
      const video = await seenVideo(deps, request.params.id, request.account)
      return { items: (video.captions ?? []).map(present) }
    },
  )

  app.put(
    '/api/v1/videos/:id/captions/:language',
    {
      bodyLimit: bodyLimitBytes,
      schema: {
        tags,
        summary: 'Put the captions of a language',
        description: 'WebVTT or SubRip (SRT), kept as clean WebVTT. They replace the uploaded ones of that language.',
        security: signedIn,
        params: Type.Object({ ...IdParams.properties, language: Type.String({ description: 'BCP 47: en, pt-BR' }) }),
        body: PutCaption,
        response: { 200: Caption, '4xx': ProblemAnswer },
      },
    },
    async (request) => present(await putCaption(deps, request.params.id, request.params.language, requireAccount(request), request.body)),
  )

  app.delete(
    '/api/v1/videos/:id/captions/:captionId',
    {
      schema: {
        tags,
        summary: 'Remove captions, whoever made them',
        security: signedIn,
        params: Type.Object({ ...IdParams.properties, captionId: Type.String({ description: 'The id that the list shows' }) }),
        response: { 204: Type.Null(), '4xx': ProblemAnswer },
      },
    },
    async (request, reply) => {
      await removeCaption(deps, request.params.id, request.params.captionId, requireAccount(request))
      return reply.code(204).send(null)
    },
  )
}

const present = ({ id, kind, language, label, createdAt }: StoredCaption): Caption => ({ id, kind, language, label, createdAt })

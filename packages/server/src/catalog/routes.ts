/** The routes below /videos, but for play. */
import { ChangeVideo, ListVideos, PosterList, Video, VideoPage } from '@sluice/contract'
import { Type } from 'typebox'
import type { App } from '../http/app.ts'
import { requireAccount } from '../http/auth.ts'
import { IdParams, ProblemAnswer, signedIn } from '../http/open-api.ts'
import { registerCaptionRoutes } from './caption-routes.ts'
import { changeVideo } from './change.ts'
import type { CatalogDeps } from './deps.ts'
import { listVideos } from './list.ts'
import { listPosters } from './posters.ts'
import { presentVideo, presentWhole } from './present.ts'
import { registerEventRoute } from './event-route.ts'
import { removeVideo } from './remove.ts'
import { retryVideo } from './retry.ts'
import { seenVideo } from './see.ts'

export function registerCatalogRoutes(app: App, deps: CatalogDeps): void {
  const tags = ['videos']
  const params = IdParams
  const answer = { 200: Video, '4xx': ProblemAnswer }

  app.get(
    '/api/v1/videos',
    { schema: { tags, summary: 'The latest videos, or a channel', querystring: ListVideos, response: { 200: VideoPage, '4xx': ProblemAnswer } } },
    async (request) => {
      const { videos, cursor } = await listVideos(deps, request.query, request.account)
      const items = await Promise.all(videos.map((video) => presentVideo(deps, video, request.account)))
      return cursor === undefined ? { items } : { items, cursor }
    },
  )

  app.get('/api/v1/videos/:id', { schema: { tags, summary: 'A video', params, response: answer } }, async (request) => {
    const video = await seenVideo(deps, request.params.id, request.account)
    return presentWhole(deps, video, request.account)
  })

  app.patch(
    '/api/v1/videos/:id',
    { schema: { tags, summary: 'Change it', security: signedIn, params, body: ChangeVideo, response: answer } },
    async (request) => {
      const account = requireAccount(request)
      const video = await changeVideo(deps, request.params.id, account, request.body)
      return presentWhole(deps, video, account)
    },
  )

  app.delete(
    '/api/v1/videos/:id',
    { schema: { tags, summary: 'Delete it', security: signedIn, params, response: { 204: Type.Null(), '4xx': ProblemAnswer } } },
    async (request, reply) => {
      await removeVideo(deps, request.params.id, requireAccount(request))
      return reply.code(204).send(null)
    },
  )

  app.post(
    '/api/v1/videos/:id/retry',
    {
      schema: {
        tags,
        summary: 'Try a failed video again',
        description: 'What was encoded stays. 409 not_failed for a video that did not fail; repeated while the retry runs, it answers the video.',
        security: signedIn,
        params,
        response: answer,
      },
    },
    async (request) => {
      const account = requireAccount(request)
      return presentVideo(deps, await retryVideo(deps, request.params.id, account), account)
    },
  )

  app.get(
    '/api/v1/videos/:id/posters',
    {
      schema: {
        tags,
        summary: 'Pictures to choose its poster from',
        description: 'For the owner. Chosen by PATCH with `posterId`. Their URLs are signed and last for hours.',
        security: signedIn,
        params,
        response: { 200: PosterList, '4xx': ProblemAnswer },
      },
    },
    async (request) => ({ items: await listPosters(deps, request.params.id, requireAccount(request)) }),
  )

  registerCaptionRoutes(app, deps)
  registerEventRoute(app, deps)
}

/** The api with play and the audience's routes over a stage whose clock can be set forward, and reports of a viewer. */
import { randomBytes } from 'node:crypto'
import type { TestContext } from 'node:test'
import type { AudienceAnswer, PlaybackReport } from '@sluice/contract'
import { readSettings } from '../../src/config/read.ts'
import { openAudience } from '../../src/roles/audience.ts'
import { openPlaybackKeys } from '../../src/roles/edge.ts'
import { openLiveVideos } from '../../src/stream/live-videos.ts'
import { registerPlayRoutes } from '../../src/stream/play/play-routes.ts'
import { sessionOpener } from '../../src/stream/sign/open-session.ts'
import { startApi, type Answer, type Api } from '../api/start-api.ts'
import { openStage, type Stage } from '../stream/open-stage.ts'
import { makeVideo, type MadeVideo } from '../stream/start-edge.ts'

export type AudienceStage = {
  stage: Stage
  api: Api
  video: MadeVideo
  owner: { token: string; id: string }
  grown: string[]
  /** The play answer's token for a viewer, who is told apart by the user agent. */
  open(viewer: string): Promise<string>
  send(report: PlaybackReport): Promise<Answer>
  /** Writes what was taken, in all processes. */
  flush(): Promise<void>
  read(query?: string): Promise<AudienceAnswer>
}

/** `processes`: api processes over the same documents; reports go to one after the other. */
export async function startAudience(t: TestContext, options: { seconds?: number; processes?: number } = {}): Promise<AudienceStage> {
  const stage = await openStage(t)
  const { documents, objects, queue, signals, clock, log } = stage
  const keys = await openPlaybackKeys({ ...stage, settings: readSettings({}) })
  const videos = openLiveVideos({ documents, signals, clock, freshMs: 1000, staleIfError: false })
  t.after(() => (keys.close(), videos.close()))
  const openSession = sessionOpener({ videos, keys, clock })
  const grown: string[] = []
  const made = await Promise.all(
    Array.from({ length: options.processes ?? 1 }, async () => {
      const audience = openAudience({ documents, log, clock, openSession, everyMs: 2 ** 30, onGrowth: async (id) => void grown.push(id) })
      t.after(() => audience.close())
      const api = await startApi(t, {
        change: () => ({ documents, objects, queue, signals }),
        routes: [(app) => registerPlayRoutes(app, { videos, keys, clock, publicUrl: '' }), audience.register],
      })
      return { audience, api }
    }),
  )
  const { api } = made[0]!
  const owner = await api.signUp('owner')
  const video = await makeVideo(stage, { seconds: options.seconds ?? 100, filled: false, changes: { accountId: owner.id } })
  const path = `/videos/${video.plan.videoId}`
  let sent = 0
  return {
    stage,
    api,
    video,
    owner,
    grown,
    open: async (viewer) => (await api.call('POST', `${path}/play`, { headers: { 'user-agent': viewer } })).body.token as string,
    send: (report) => made[sent++ % made.length]!.api.call('POST', `${path}/playbacks`, { body: report }),
    async flush() {
      for (const { audience } of made) await audience.flush()
    },
    async read(query = `?to=${clock()}`) {
      const { body } = await api.call('GET', `${path}/audience${query}`, { token: owner.token })
      return body as AudienceAnswer
    },
  }
}

export const newPlayback = (): string => randomBytes(16).toString('hex')

/** A report with nothing in it but what is given. */
export const reportOf = (token: string, part: Partial<PlaybackReport> = {}): PlaybackReport => ({
  token, playbackId: newPlayback(), sequence: 0, playedMs: 0, stalledMs: 0, ratedMs: 0, kilobits: 0, stalls: 0, switches: 0, errors: [], watched: [], ...part,
})

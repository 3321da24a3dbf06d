/** A whole Sluice with several edges of their own, each on its own port of loopback, over the same drivers; each can be killed and come back. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient, createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { readSettings } from '../../src/config/read.ts'
import { systemClock } from '../../src/base/time.ts'
import { listen, type Listener } from '../../src/http/listen.ts'
import { createApi } from '../../src/roles/api.ts'
import { openAudience } from '../../src/roles/audience.ts'
import { openEdgeRole, openPlaybackKeys } from '../../src/roles/edge.ts'
import { startEncoder } from '../../src/roles/encoder.ts'
import { makeLog } from '../../src/roles/make-log.ts'
import { openDrivers } from '../../src/roles/open-drivers.ts'
import { openLiveVideos } from '../../src/stream/live-videos.ts'
import { registerPlayRoutes } from '../../src/stream/play/play-routes.ts'
import { sessionOpener } from '../../src/stream/sign/open-session.ts'

export type KillableEdge = { origin: string; kill(): Promise<void>; revive(): Promise<void> }
export type Installation = {
  /** The site and the api. */
  origin: string
  edges: KillableEdge[]
  /** Signs up, uploads, waits until it is ready, answers the video's id. */
  upload(path: string): Promise<string>
  close(): Promise<void>
}

export async function startEdges(count: number): Promise<Installation> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-edges-'))
  const log = makeLog('error')
  const closers: (() => Promise<unknown> | void)[] = [() => rm(dir, { recursive: true, force: true, maxRetries: 5 })]
  const data = { SLUICE_DATA_DIR: join(dir, 'data'), SLUICE_RATE_LIMIT_PER_MINUTE: '100000' }
  let port = 0
  const drivers = await openDrivers(readSettings(data), { log, ownUrl: () => `http://127.0.0.1:${port}` })
  closers.push(() => drivers.close())
  const keys = await openPlaybackKeys({ ...drivers, settings: readSettings(data), log })
  closers.push(() => keys.close())

  const openEdge = async (): Promise<KillableEdge> => {
    const edge = await openEdgeRole({ ...drivers, settings: readSettings(data), log, keys })
    const open = (at: number): Promise<Listener> =>
      listen({ port: at, host: '127.0.0.1', handlers: [edge.handle], lean: edge.answer, app: (_request, response) => void response.writeHead(404).end() })
    let listener = await open(0)
    const { port: own } = listener
    const kill = () => listener.close(0)
    closers.push(() => edge.close(), kill)
    return {
      origin: `http://127.0.0.1:${own}`,
      kill,
      async revive() {
        listener = await open(own)
      },
    }
  }
  const edges: KillableEdge[] = []
  while (edges.length < count) edges.push(await openEdge())

  const settings = readSettings({ ...data, SLUICE_DELIVERY_URLS: edges.map(({ origin }) => origin).join(',') })
  const videos = openLiveVideos({ ...drivers, clock: systemClock, freshMs: 1000, staleIfError: false })
  closers.push(() => videos.close())
  const audience = openAudience({ ...drivers, log, clock: systemClock, openSession: sessionOpener({ videos, keys, clock: systemClock }), everyMs: 200 })
  closers.push(() => audience.close())
  const play = { videos, keys, clock: systemClock, publicUrl: '', deliveryUrls: settings.SLUICE_DELIVERY_URLS }
  const api = await createApi({ ...drivers, settings, log, signPath: () => '/', routes: [(app) => registerPlayRoutes(app, play), audience.register] })
  const listener = await listen({ port: 0, host: '127.0.0.1', handlers: drivers.handlers, app: api.routing })
  port = listener.port
  closers.push(() => listener.close(0), () => api.close())
  const encoder = await startEncoder({ ...drivers, settings, log, onDueUpload: async () => undefined })
  closers.push(() => encoder.stop())

  const origin = `http://127.0.0.1:${port}`
  return {
    origin,
    edges,
    async upload(path) {
      const { token } = await createClient({ baseUrl: origin }).accounts.create({ handle: 'owner', password: 'correct horse battery' })
      const client = createClient({ baseUrl: origin, token })
      const source = await fileSource(path)
      const { id } = await createUpload(client, source, { visibility: 'public' }).start()
      await source.close?.()
      const { state, failure } = await client.videos.untilPlayable(id, { ready: true })
      if (state !== 'ready') throw new Error(`the video is ${state}: ${JSON.stringify(failure)}`)
      return id
    },
    async close() {
      for (const close of closers.toReversed()) await close()
    },
  }
}

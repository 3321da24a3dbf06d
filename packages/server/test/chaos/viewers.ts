/** Viewers of videos that are encoded already: they open them, fetch what a player would, and go on with the other edge as it does. */
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from '@sluice/sdk'
import { createHosts } from '../../../web/src/player/hosts.ts'
import { seededRandom } from '../e2e/seeded-random.ts'
import { parseMaster, parseMedia, unquoted } from '../fixtures/parse-hls.ts'

export type ViewerError = { from: number; to: number; what: string }
export type Viewers = {
  figures: { requests: number; repeated: number; watched: number }
  errors: ViewerError[]
  /** Paths whose bytes were others than before. */
  changed: string[]
  stop(): Promise<void>
}

/** As the player has it (packages/web/src/player/shaka-engine.ts). */
const tries = 8
const [baseDelayMs, backoffFactor] = [500, 1.6]
const connectionTimeoutMs = 10_000
const pauseMs = 120

/** `count` viewers, each of whom takes one of `videoIds()` after the other. An error is one that a player could not get over. */
export function startViewers(client: Client, options: { count: number; seed: number; videoIds: () => string[] }): Viewers {
  const stopping = new AbortController()
  const viewers: Omit<Viewers, 'stop'> = { figures: { requests: 0, repeated: 0, watched: 0 }, errors: [], changed: [] }
  const hashes = new Map<string, string>()

  async function fetchAs(hosts: ReturnType<typeof createHosts>, address: string): Promise<Buffer> {
    const path = new URL(address).pathname
    let reason = ''
    for (let attempt = 0; attempt < tries; attempt++) {
      if (attempt > 0) await pause(baseDelayMs * backoffFactor ** (attempt - 1), undefined, { signal: stopping.signal })
      const one = hosts.spread(address)[0]!
      viewers.figures.requests++
      if (attempt > 0) viewers.figures.repeated++
      try {
        const response = await fetch(one, { signal: AbortSignal.timeout(connectionTimeoutMs) })
        const body = Buffer.from(await response.arrayBuffer())
        if (response.ok) return note(path, body)
        reason = `${response.status} ${body.toString().slice(0, 200)}`
        if (response.status === 401 || response.status === 403) break
      } catch (error) {
        reason = String((error as Error).cause ?? error)
      }
      hosts.failed(one)
    }
    throw new Error(`${path.replace(/^\/p\/[^/]+/, '')}: ${reason}`)
  }

  /** A URL's bytes never change within a revision. */
  function note(path: string, body: Buffer): Buffer {
    const own = path.replace(/^\/p\/[^/]+/, '')
    const hash = createHash('sha256').update(body).digest('hex')
    if ((hashes.get(own) ?? hash) !== hash) viewers.changed.push(own)
    hashes.set(own, hash)
    return body
  }

  async function watch(videoId: string, random: () => number): Promise<void> {
    const { hlsUrl, posterUrl, hosts: origins } = await client.videos.play(videoId, { signal: stopping.signal })
    const hosts = createHosts(origins)
    const master = parseMaster((await fetchAs(hosts, hlsUrl)).toString())
    const variant = master.variants[Math.floor(random() * master.variants.length)]
    const playlists = [variant?.uri, ...master.media.slice(0, 1).map((media) => unquoted(media['URI']))].filter((uri) => uri !== undefined)
    if (posterUrl) await fetchAs(hosts, posterUrl)
    for (const uri of playlists) {
      const url = new URL(uri, hlsUrl).href
      const playlist = parseMedia((await fetchAs(hosts, url)).toString())
      for (const part of [unquoted(playlist.map!['URI'])!, ...playlist.segments.map((segment) => segment.uri)]) {
        await fetchAs(hosts, new URL(part, url).href)
        await pause(pauseMs, undefined, { signal: stopping.signal })
      }
    }
    viewers.figures.watched++
  }

  const loops = Array.from({ length: options.count }, async (_, index) => {
    const random = seededRandom(options.seed * 1000 + index)
    while (!stopping.signal.aborted) {
      const ids = options.videoIds()
      const from = Date.now()
      try {
        await watch(ids[Math.floor(random() * ids.length)]!, random)
      } catch (error) {
        if (!stopping.signal.aborted) viewers.errors.push({ from, to: Date.now(), what: String((error as Error).message) })
      }
      await pause(pauseMs)
    }
  })
  return {
    ...viewers,
    async stop() {
      stopping.abort()
      await Promise.all(loops)
    },
  }
}

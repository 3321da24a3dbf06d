/** What does the edge cost per gigabyte, and how many small signed segments does it serve, beside nginx with the same files? */
import { mkdirSync, symlinkSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { playbackPrefix } from '../../packages/server/src/domain/keys.ts'
import { mintToken } from '../../packages/server/src/stream/sign/token.ts'
import { freePort } from '../../packages/server/test/e2e/free-port.ts'
import { makeCertificate } from '../../packages/server/test/fixtures/certificate.ts'
import { runLoad } from '../measure/load.ts'
import { ownSeconds } from '../measure/processor-time.ts'
import { interleave } from '../measure/rounds.ts'
import { startNginx, type Nginx, type NginxOptions } from '../peers/nginx.ts'
import type { Measured, Question } from '../question.ts'
import { openStage, type Stage } from '../stage/sign-up.ts'
import { storeVideo, type StoredVideo } from '../stage/stored-video.ts'

const seconds = 5
const sizes = [
  { name: '1mb', title: '1 MB segments', bytes: 10 ** 6, segments: 50, connections: 16 },
  { name: '4kb', title: '4 KB segments', bytes: 4096, segments: 200, connections: 64 },
] as const
type Size = (typeof sizes)[number]

/** The peer's own key: njs checks it on every request, as the edge checks its own. */
const peerKey = { kid: 'k1', secret: randomBytes(32) }

/** Where one contender serves a set of segments, and whose processor time that takes. */
type Target = { name: string; origin: string; paths: string[]; pid: number }

export const question: Question = {
  name: 'edge-delivery',
  question: 'Delivery: the edge against nginx',
  method:
    'Signed segment URLs of the edge, all in its memory, against nginx (one worker, sendfile, page cache) serving the same bytes as plain files, ' +
    'and against nginx with njs verifying the same token on every request. The load comes from one wrk thread on the same machine; processor time is user + system of the serving process.',
  rounds: 5,
  async ask({ rounds, folder, say }) {
    const certificate = makeCertificate(folder)
    const stage = await openStage({ SLUICE_ROLES: 'api,edge', SLUICE_TLS_PORT: String(await freePort()), SLUICE_TLS_CERTIFICATE: certificate.certPath, SLUICE_TLS_KEY: certificate.keyPath })
    const peers: Nginx[] = []
    let diskStage: Stage | undefined
    try {
      await stage.server.stop()
      const www = join(folder, 'www')
      const videos: StoredVideo[] = []
      for (const { name, bytes, segments } of sizes) {
        const video = await storeVideo(join(stage.server.dataDir, 'data'), { segments, segmentBytes: bytes, mirror: join(www, name) })
        mkdirSync(join(www, 'v', video.id, video.revision), { recursive: true })
        symlinkSync(join(www, name), join(www, 'v', video.id, video.revision, video.renditionId))
        videos.push(video)
      }
      await stage.server.restart()
      const start = async (options: NginxOptions) => {
        const peer = await startNginx(folder, www, options)
        if (peer) peers.push(peer)
        else say('nginx, or its njs module, is not installed')
        return peer
      }
      const [plain, signing, secure] = [await start({}), await start({ key: peerKey }), await start({ certificate })]
      const [large, small] = await Promise.all(videos.map((video) => edgePaths(stage, video)))
      const edge = (paths: string[], origin = stage.server.url): Target => ({ name: 'edge', origin, paths, pid: stage.server.pid() })
      const files = (name: string, peer: Nginx | undefined, { name: folder }: Size, paths: string[]): Target[] =>
        peer ? [{ name, origin: peer.origin, paths: paths.map((_, index) => `/${folder}/${index}.m4s`), pid: peer.workerPid }] : []
      const how = { rounds, folder, say }
      const disk = await diskTarget(www)
      diskStage = disk.stage
      return [
        ...(await measure(sizes[0], ' from disk', [disk.target, ...files('nginx', plain, sizes[0], large!)], how)),
        ...(await measure(sizes[0], '', [edge(large!), ...files('nginx', plain, sizes[0], large!)], how)),
        ...(await measure(sizes[0], ' over TLS', [edge(large!, tlsOrigin(stage)), ...files('nginx', secure, sizes[0], large!)], how)),
        ...(await measure(sizes[1], '', [edge(small!), ...files('nginx, no token', plain, sizes[1], small!), ...signedFiles(signing, videos[1]!)], how)),
      ]
    } finally {
      for (const peer of peers) await peer.stop()
      await diskStage?.server.dispose()
      await stage.server.dispose()
    }
  },
}

/** An edge whose memory is too small for any of the segments: each hit is read from its disk (the system's page cache), as nginx's are. */
async function diskTarget(www: string): Promise<{ stage: Stage; target: Target }> {
  const stage = await openStage({ SLUICE_ROLES: 'api,edge', SLUICE_EDGE_MEMORY_BYTES: '4M', SLUICE_EDGE_DISK_BYTES: '1G' })
  await stage.server.stop()
  const { segments, bytes: segmentBytes } = sizes[0]
  const video = await storeVideo(join(stage.server.dataDir, 'data'), { segments, segmentBytes, mirror: join(www, 'disk') })
  await stage.server.restart()
  const paths = await edgePaths(stage, video)
  for (let tries = 0; ; tries++) {
    const answers = await Promise.all(paths.map(async (path) => (await fetch(stage.server.url + path, { method: 'HEAD' })).headers.get('cache-status')))
    if (answers.every((status) => status === 'sluice; hit; detail=disk')) break
    if (tries > 50) throw new Error(`not all segments are on disk: ${answers.join()}`)
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  return { stage, target: { name: 'edge', origin: stage.server.url, paths, pid: stage.server.pid() } }
}

/** The signed paths of all segments, each asked for once so that it is in memory. */
export async function edgePaths({ client, server }: Stage, video: StoredVideo): Promise<string[]> {
  const { dashUrl } = await client.videos.play(video.id)
  const base = new URL(`../${video.renditionId}/`, dashUrl)
  const paths = Array.from({ length: video.segments }, (_, number) => new URL(`${number}.m4s`, base).pathname)
  for (const path of paths) {
    const answer = await fetch(server.url + path)
    if (!answer.ok) throw new Error(`${answer.status} for a segment`)
    await answer.arrayBuffer()
  }
  return paths
}

const tlsOrigin = (stage: Stage): string => `https://127.0.0.1:${stage.server.settings['SLUICE_TLS_PORT']}`

function signedFiles(peer: Nginx | undefined, { id, revision, renditionId, segments }: StoredVideo): Target[] {
  if (!peer) return []
  const prefix = playbackPrefix(id, revision)
  const token = mintToken(peerKey, { prefix, exp: Math.floor(Date.now() / 1000) + 86_400, sid: 'bench-0123456789abcdef' })
  return [{ name: 'nginx with njs', origin: peer.origin, paths: Array.from({ length: segments }, (_, n) => `/p/${token}${prefix}${renditionId}/${n}.m4s`), pid: peer.workerPid }]
}

async function measure(
  { title, bytes, connections }: Size,
  how: string,
  targets: Target[],
  { rounds, folder, say }: { rounds: number; folder: string; say: (line: string) => void },
): Promise<Measured[]> {
  const rates = new Map<string, number[]>(targets.map(({ name }) => [name, []]))
  const perCore = new Map<string, number[]>(targets.map(({ name }) => [name, []]))
  const costs = await interleave(
    targets.map(({ name, origin, paths, pid }) => ({
      name,
      sample: async () => {
        const before = ownSeconds(pid)
        const load = await runLoad({ origin, paths, connections, seconds, folder })
        const spent = ownSeconds(pid) - before
        rates.get(name)!.push(load.requests / load.seconds)
        perCore.get(name)!.push(load.requests / spent)
        return spent / ((load.requests * bytes) / 1e9)
      },
    })),
    rounds,
    say,
  )
  const rowsOf = (of: Map<string, number[]>) => [...of].map(([name, samples]) => ({ name, samples }))
  const cost: Measured = { title: `${title}${how}: processor time`, unit: 'CPU s per GB', better: 'lower', rows: costs }
  const rate: Measured = { title: `${title}${how}: rate`, unit: 'requests/s', better: 'higher', rows: rowsOf(rates) }
  const core: Measured = { title: `${title}${how}: requests for each second of a core`, unit: 'requests per CPU s', better: 'higher', rows: rowsOf(perCore) }
  return bytes >= 10 ** 6 ? [cost, rate] : [core, rate]
}

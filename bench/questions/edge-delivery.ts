/** What does the edge cost per gigabyte, and how many small segments does it serve, beside nginx with the same files? */
import { join } from 'node:path'
import { runLoad } from '../measure/load.ts'
import { ownSeconds } from '../measure/processor-time.ts'
import { interleave } from '../measure/rounds.ts'
import { startNginx } from '../peers/nginx.ts'
import type { Measured, Question } from '../question.ts'
import { openStage, type Stage } from '../stage/sign-up.ts'
import { storeVideo, type StoredVideo } from '../stage/stored-video.ts'

const seconds = 5
const sizes = [
  { name: '1mb', bytes: 10 ** 6, segments: 50, connections: 16 },
  { name: '4kb', bytes: 4096, segments: 200, connections: 64 },
]

/** Where one contender serves a set of segments, and whose processor time that takes. */
type Target = { name: string; origin: string; paths: string[]; pid: number }

export const question: Question = {
  name: 'edge-delivery',
  question: 'Delivery: the edge against nginx',
  method:
    'Signed segment URLs of the edge, all in its memory, against nginx (one worker, sendfile, page cache) serving the same bytes as plain files. ' +
    'The load comes from one wrk thread on the same machine; processor time is user + system of the serving process.',
  rounds: 5,
  async ask({ rounds, folder, say }) {
    const stage = await openStage({ SLUICE_ROLES: 'api,edge' })
    let nginx: Awaited<ReturnType<typeof startNginx>>
    try {
      await stage.server.stop()
      const videos: StoredVideo[] = []
      for (const { name, bytes, segments } of sizes) {
        videos.push(await storeVideo(join(stage.server.dataDir, 'data'), { segments, segmentBytes: bytes, mirror: join(folder, 'www', name) }))
      }
      await stage.server.restart()
      nginx = await startNginx(folder, join(folder, 'www'))
      if (!nginx) say('nginx is not installed: the edge is measured alone')
      const [large, small] = await Promise.all(videos.map((video) => edgePaths(stage, video)))
      const targets = (size: (typeof sizes)[number], paths: string[]): Target[] => [
        { name: 'edge', origin: stage.server.url, paths, pid: stage.server.pid() },
        ...(nginx ? [{ name: 'nginx', origin: nginx.origin, paths: paths.map((_, index) => `/${size.name}/${index}.m4s`), pid: nginx.workerPid }] : []),
      ]
      return [
        ...(await measure(targets(sizes[0]!, large!), sizes[0]!, { rounds, folder, say })),
        ...(await measure(targets(sizes[1]!, small!), sizes[1]!, { rounds, folder, say })),
      ]
    } finally {
      await nginx?.stop()
      await stage.server.dispose()
    }
  },
}

/** The signed paths of all segments, each asked for once so that it is in memory. */
async function edgePaths({ client, server }: Stage, video: StoredVideo): Promise<string[]> {
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

async function measure(
  targets: Target[],
  { bytes, connections }: (typeof sizes)[number],
  { rounds, folder, say }: { rounds: number; folder: string; say: (line: string) => void },
): Promise<Measured[]> {
  const rates = new Map<string, number[]>(targets.map(({ name }) => [name, []]))
  const costs = await interleave(
    targets.map(({ name, origin, paths, pid }) => ({
      name,
      sample: async () => {
        const before = ownSeconds(pid)
        const load = await runLoad({ origin, paths, connections, seconds, folder })
        rates.get(name)!.push(load.requests / load.seconds)
        return (ownSeconds(pid) - before) / ((load.requests * bytes) / 1e9)
      },
    })),
    rounds,
    say,
  )
  const size = bytes >= 10 ** 6 ? '1 MB segments' : '4 KB segments'
  return [
    { title: `${size}: processor time`, unit: 'CPU s per GB', better: 'lower', rows: costs },
    { title: `${size}: rate`, unit: 'requests/s', better: 'higher', rows: [...rates].map(([name, samples]) => ({ name, samples })) },
  ]
}

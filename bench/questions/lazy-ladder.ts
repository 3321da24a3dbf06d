/** What does a video cost to encode when its higher renditions are made for viewers only, by how many there are? */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { segmentCount } from '../../packages/server/src/domain/grid.ts'
import { eagerPictures, lazyRenditions } from '../../packages/server/src/domain/eager.ts'
import { encodeVideoSpan } from '../../packages/server/src/media/encode-span.ts'
import { realClipOr } from '../../packages/server/test/e2e/clips.ts'
import { openRangeServer } from '../../packages/server/test/fixtures/range-server.ts'
import { planOf, tools } from '../../packages/server/test/media/encode-clip.ts'
import { endedChildrenSeconds } from '../measure/processor-time.ts'
import { median } from '../measure/statistics.ts'
import type { Measured, Question } from '../question.ts'
import { assumptions, simulateAudience, type SimulatedVideo } from '../stage/audience.ts'

const chunkSeconds = 32
const meanViews = [1, 10, 100]
/** Segments of a chunk that are made singly before the chunk is: the one waited for and two ahead. */
const singles = 3

export const question: Question = {
  name: 'lazy-ladder',
  question: 'Lazy ladder: processor time per video for an audience that prefers few videos',
  method:
    'Measured: processor time of real encodes of a 1080p25 clip, a second of video each: the whole ladder in one decode, the part up to 480p, a higher rendition alone in its chunk, ' +
    'and as a single segment. Simulated over that: ' +
    JSON.stringify(assumptions).replaceAll('"', '').replaceAll(',', ', ') +
    '. The first viewer in a chunk of a higher rendition costs three single segments and the chunk, and the chunk ahead of where he leaves is made too; half of a rendition completes it. Idle fill is not counted: it takes what nobody else wants. Encoders are assumed to make both sizes fast enough to wait for (8 cores).',
  rounds: 2,
  async ask({ rounds, folder, say }) {
    const costs = await measureCosts(folder, rounds)
    say(`CPU s per second of video: ${JSON.stringify(costs, (_, value) => (typeof value === 'number' ? Math.round(value * 1000) / 1000 : value))}`)
    return meanViews.map((mean): Measured => {
      const audience = simulateAudience(mean)
      const watched = audience.filter(({ views }) => views.some(({ lazy }) => lazy !== undefined)).length / audience.length
      const perVideo = (cost: (video: SimulatedVideo) => number) => audience.reduce((sum, video) => sum + cost(video), 0) / audience.length
      return {
        title: `${mean} views a video on the average`,
        unit: 'CPU s per video',
        better: 'lower',
        rows: [
          { name: 'eager: base', samples: [perVideo((video) => lazyCost(video, costs))] },
          { name: 'base and nobody watching', samples: [perVideo(({ seconds }) => seconds * costs.base)] },
          { name: 'eager: all', samples: [perVideo(({ seconds }) => seconds * costs.all)] },
        ],
        note: `${(watched * 100).toFixed(0)} % of the videos are watched at more than 480p by anybody.`,
      }
    })
  },
}

/** CPU seconds per second of video. `lazy`: of the two lazy renditions, in a chunk and as a single segment. */
type Costs = { all: number; base: number; lazy: { chunk: number; single: number }[] }

async function measureCosts(folder: string, rounds: number): Promise<Costs> {
  const path = realClipOr('d_real_trees_1080p25_moov_at_end.mp4', folder, 13, '1920x1080')
  const server = await openRangeServer()
  try {
    const url = server.urlOf(path)
    const { plan } = await planOf(url, path)
    const policy = { ...plan, eager: 'base' as const }
    const { grid } = plan.video!
    const workDir = join(folder, 'work')
    mkdirSync(workDir, { recursive: true })
    const whole = segmentCount(grid, 'video')
    const cost = async (renditionIds: string[], from: number, to: number, seconds: number): Promise<number> => {
      const samples: number[] = []
      for (let round = 0; round < rounds; round++) {
        const before = endedChildrenSeconds()
        await encodeVideoSpan(tools, { plan, url, renditionIds, from, to, workDir, mode: 'normal' })
        samples.push((endedChildrenSeconds() - before) / seconds)
      }
      return median(samples)
    }
    const lengthSeconds = (grid.frames * grid.frameTicks) / grid.timescale
    const singleSeconds = (grid.segmentFrames * grid.frameTicks) / grid.timescale
    const lazy: Costs['lazy'] = []
    for (const { id } of lazyRenditions(policy)) lazy.push({ chunk: await cost([id], 0, whole, lengthSeconds), single: await cost([id], 2, 3, singleSeconds) })
    const all = await cost(plan.video!.renditions.map(({ id }) => id), 0, whole, lengthSeconds)
    return { all, base: await cost(eagerPictures(policy), 0, whole, lengthSeconds), lazy }
  } finally {
    await server.close()
  }
}

/** Views in the order in which they come; a chunk is made once. */
function lazyCost({ seconds, views }: SimulatedVideo, costs: Costs): number {
  const chunks = Math.ceil(seconds / chunkSeconds)
  const secondsOf = (chunk: number) => Math.min(chunkSeconds, seconds - chunk * chunkSeconds)
  let total = seconds * costs.base
  const made = costs.lazy.map(() => new Set<number>())
  const make = (lazy: number, chunk: number, isWaitedFor: boolean) => {
    if (chunk >= chunks || made[lazy]!.has(chunk)) return
    made[lazy]!.add(chunk)
    const { chunk: inChunk, single } = costs.lazy[lazy]!
    total += secondsOf(chunk) * inChunk + (isWaitedFor ? Math.min(secondsOf(chunk), singles * 4) * single : 0)
    if (made[lazy]!.size === Math.ceil(chunks / 2)) for (let rest = 0; rest < chunks; rest++) make(lazy, rest, false)
  }
  for (const { fromSeconds, toSeconds, lazy } of views) {
    if (lazy === undefined || lazy >= costs.lazy.length) continue
    const first = Math.min(chunks - 1, Math.floor(fromSeconds / chunkSeconds))
    for (let chunk = first; chunk * chunkSeconds < toSeconds; chunk++) make(lazy, chunk, chunk === first)
    make(lazy, Math.floor(toSeconds / chunkSeconds) + 1, false)
  }
  return total
}

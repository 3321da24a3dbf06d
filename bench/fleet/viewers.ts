/** People who watch what is just out, while it is still encoded: they ask for segments as an edge does for them. */
import { sleep } from '../../packages/server/src/base/time.ts'
import { isLazy } from '../../packages/server/src/domain/eager.ts'
import { chunkOf, chunkSegments, segmentCount } from '../../packages/server/src/domain/grid.ts'
import type { Chunk, Plan } from '../../packages/server/src/domain/plan.ts'
import type { ManifestVersion, Video } from '../../packages/server/src/domain/video.ts'
import { openEncoderAsks } from '../../packages/server/src/stream/edge/ask-encoders.ts'
import { exponential, type Random } from './draws.ts'
import type { UploadedFilm, World } from './world.ts'

/** Printed with the answer. Views fall with the rank of a video (Zipf): most have none while they are new. */
export const viewersAssumed = { earlyViewsPerVideo: 0.5, zipfExponent: 1, mostViews: 100, meanSecondsAfterPlayable: 60, startsAtBeginning: 0.8, meanWatchedShare: 0.4, wantMoreThan480p: 0.6 }

const [lookMs, segmentMs, patienceMs, againMs] = [100, 4000, 60_000, 10_000]

/** Answers waits in seconds for segments that were not made when they were asked for. */
export function watchWhatIsNew(world: World, random: Random, onWait: (seconds: number) => void): void {
  const asks = openEncoderAsks({ queue: world.queue, log: world.log }, againMs)
  const countOf = viewCounts(random)
  world.listeners.playable.push((film) => {
    for (let count = countOf(); count > 0; count--) void watch(film)
  })

  async function watch(film: UploadedFilm): Promise<void> {
    await sleep(exponential(random, viewersAssumed.meanSecondsAfterPlayable) * 1000)
    const plan = world.planOf(film)
    if (!plan?.video) return
    const rendition = pick(plan, film)
    if (!rendition) return
    const count = segmentCount(plan.video.grid, 'video')
    const from = random() < viewersAssumed.startsAtBeginning ? 0 : Math.floor(random() * count)
    const to = Math.min(count, from + 1 + Math.floor(exponential(random, viewersAssumed.meanWatchedShare * count)))
    for (let number = from; number < to; number++) {
      if (!isMade(plan, rendition, number)) {
        const asked = performance.now()
        await asks.waiting(plan, rendition, number)
        while (!isMade(plan, rendition, number) && performance.now() - asked < patienceMs) await sleep(lookMs)
        onWait((performance.now() - asked) / 1000)
        await asks.ahead(plan, rendition, number)
      } else if (isLazy(plan, rendition)) await asks.ahead(plan, rendition, number)
      await sleep(segmentMs)
    }
  }

  const isMade = ({ videoId, revision, video }: Plan, rendition: string, number: number): boolean => {
    const chunk = chunkOf(video!.grid, number)
    const slots = world.documents.peek<Chunk>('chunk', `${videoId}/${revision}`, `h264/${String(chunk).padStart(6, '0')}`)?.slots[rendition]
    return Boolean(slots?.[number - chunkSegments(video!.grid, 'video', chunk).from])
  }

  /** The best that is listed, or one of the small ones. */
  function pick(plan: Plan, { id, revision }: UploadedFilm): string | undefined {
    const version = world.documents.peek<Video>('video', id)?.manifestVersion ?? 1
    const listed = world.documents.peek<ManifestVersion>('manifest', `${id}/${revision}`, String(version).padStart(6, '0'))?.renditionIds ?? []
    const pictures = plan.video!.renditions.filter((one) => one.codec === 'h264' && listed.includes(one.id))
    const small = pictures.filter(({ height }) => height <= 480)
    const wanted = random() < viewersAssumed.wantMoreThan480p ? pictures : small
    return wanted[wanted.length - 1]?.id
  }
}

/** How many early views a video gets: that of a rank that is drawn. */
function viewCounts(random: Random): () => number {
  const { earlyViewsPerVideo, zipfExponent, mostViews } = viewersAssumed
  const ranks = 10_000
  const shares = Array.from({ length: ranks }, (_, index) => (index + 1) ** -zipfExponent)
  const scale = (earlyViewsPerVideo * ranks) / shares.reduce((sum, share) => sum + share, 0)
  return () => {
    const mean = Math.min(mostViews, shares[Math.floor(random() * ranks)]! * scale)
    return Math.floor(mean) + (random() < mean % 1 ? 1 : 0)
  }
}

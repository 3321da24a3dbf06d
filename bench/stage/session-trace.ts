/** What an edge is asked for by people who watch: sessions over videos by Zipf's law, many at once, segment after segment. Repeatable. */
import { seededRandom } from '../../packages/server/test/e2e/seeded-random.ts'

export type Trace = { asked: { key: string; sizeBytes: number }[]; /** Of all that exists. */ totalBytes: number }

/** Everything that is assumed; told with the answer. */
export const traceShape = {
  videos: 3000,
  /** Log-normal, of 4 s segments. */
  medianSegments: 60,
  lengthSpread: 1,
  atOnce: 300,
  requests: 600_000,
  startsAtBeginning: 0.8,
  meanWatchedShare: 0.4,
  /** Of a segment: between these, evenly. */
  sizes: [300_000, 1_500_000],
} as const

export function sessionTrace(zipfExponent: number, seed: number): Trace {
  const random = seededRandom(seed)
  const { videos, medianSegments, lengthSpread, atOnce, requests, sizes } = traceShape
  const lengths = Array.from({ length: videos }, () => Math.min(900, Math.max(2, Math.round(medianSegments * Math.exp(lengthSpread * normal(random))))))
  const sizeOf = (video: number, segment: number): number => Math.round(sizes[0] + ((video * 7919 + segment * 104_729) % 1000) / 1000 * (sizes[1] - sizes[0]))
  const cumulated: number[] = []
  let sum = 0
  for (let rank = 1; rank <= videos; rank++) cumulated.push((sum += rank ** -zipfExponent))
  const pickVideo = (): number => lowerBound(cumulated, random() * sum)
  const begin = () => {
    const video = pickVideo()
    const length = lengths[video]!
    const from = random() < traceShape.startsAtBeginning ? 0 : Math.floor(random() * length)
    const watched = Math.max(1, Math.round(-Math.log(1 - random()) * traceShape.meanWatchedShare * length))
    return { video, next: from, end: Math.min(length, from + watched) }
  }
  const sessions = Array.from({ length: atOnce }, begin)
  const asked: Trace['asked'] = []
  while (asked.length < requests) {
    const at = Math.floor(random() * atOnce)
    const session = sessions[at]!
    asked.push({ key: `${session.video}/${session.next}`, sizeBytes: sizeOf(session.video, session.next) })
    if (++session.next >= session.end) sessions[at] = begin()
  }
  let totalBytes = 0
  lengths.forEach((length, video) => {
    for (let segment = 0; segment < length; segment++) totalBytes += sizeOf(video, segment)
  })
  return { asked, totalBytes }
}

/** Box and Muller. */
const normal = (random: () => number): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())

function lowerBound(sorted: number[], value: number): number {
  let [low, high] = [0, sorted.length - 1]
  while (low < high) {
    const middle = (low + high) >> 1
    if (sorted[middle]! < value) low = middle + 1
    else high = middle
  }
  return low
}

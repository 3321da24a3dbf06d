/** The peer for the ladder's bytes: the same renditions at the bit rates of a fixed table, whatever the picture. */
import type { VideoRendition } from '../../packages/server/src/domain/plan.ts'

/** Average bit rates of H.264 at up to 30 frames a second as large sites deliver it, by the short side, in bits per second. */
const table: [side: number, bitsPerSecond: number][] = [
  [144, 120_000], [240, 300_000], [360, 650_000], [480, 1_150_000], [720, 2_400_000], [1080, 4_500_000], [1440, 9_000_000], [2160, 18_000_000],
]

/** The table's rate for a rendition: of the nearest size; half as much again above 30 frames a second. */
export function tableRate({ width, height, rate }: VideoRendition): number {
  const short = Math.min(width, height)
  const [, bitsPerSecond] = table.reduce((best, one) => (Math.abs(Math.log(one[0] / short)) < Math.abs(Math.log(best[0] / short)) ? one : best))
  return rate.num / rate.den > 30 ? bitsPerSecond * 1.5 : bitsPerSecond
}

/** Our encode's arguments with average bit rates in the place of a quality: peaks to 1.5 times, a buffer of two seconds. */
export function withTableRates(args: string[], renditions: VideoRendition[]): string[] {
  let index = 0
  return args.flatMap((arg, at) => {
    if (args[at - 1] === '-crf' || args[at - 1] === '-maxrate' || args[at - 1] === '-bufsize') return []
    if (arg === '-maxrate' || arg === '-bufsize') return []
    if (arg !== '-crf') return [arg]
    const rate = tableRate(renditions[index++]!)
    return ['-b:v', String(rate), '-maxrate', String(rate * 1.5), '-bufsize', String(rate * 2)]
  })
}

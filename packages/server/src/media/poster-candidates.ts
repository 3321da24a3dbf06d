/** Pictures to choose a poster from: at each of several places, the sharpest of a few typical ones. */
import type { Plan } from '../domain/plan.ts'
import { encodeMemoryBytes } from './limits.ts'
import { posterArgs } from './poster.ts'
import { MediaRunError, runTool } from './run.ts'
import type { MediaTools } from './tools.ts'

/** Of the duration; the automatic poster is from the first tenth. */
const places = [0.18, 0.34, 0.5, 0.66, 0.82]
const picturesEach = 3
const endOfPicture = Buffer.from([0xff, 0xd9, 0xff, 0xd8])

export type CandidatePicture = { atSeconds: number; picture: Buffer }

/** Places that are black or can't be decoded are left out, and so is what was there before. Throws MediaRunError. */
export async function makePosterCandidates(tools: MediaTools, options: { plan: Plan; url: string; nice?: number; signal?: AbortSignal }): Promise<CandidatePicture[]> {
  const { plan, url, nice, signal } = options
  const found: CandidatePicture[] = []
  for (const place of plan.video ? places : []) {
    const atSeconds = Math.round(plan.durationSeconds * place * 1000) / 1000
    try {
      const args = posterArgs(plan, url, { fromSeconds: atSeconds, only: 'bright', pictures: picturesEach })
      const { stdout } = await runTool({ program: tools.ffmpeg, args, nice, timeoutSeconds: 180, maxMemoryBytes: encodeMemoryBytes, stdout: 'collect', signal })
      const picture = sharpest(stdout)
      if (picture && !found.some((other) => other.picture.equals(picture))) found.push({ atSeconds, picture })
    } catch (error) {
      // Nothing decodes here, as where a file was cut: the other places stand.
      if (!(error instanceof MediaRunError) || error.reason !== 'exit') throw error
    }
  }
  return found
}

/** Of pictures of one scene at one quantizer the sharpest takes the most bytes. In JPEG data FF D9 can only be the end. */
function sharpest(pictures: Buffer): Buffer | undefined {
  const each: Buffer[] = []
  for (let from = 0; from < pictures.length; ) {
    const end = pictures.indexOf(endOfPicture, from)
    const to = end < 0 ? pictures.length : end + 2
    each.push(pictures.subarray(from, to))
    from = to
  }
  return each.toSorted((a, b) => b.length - a.length)[0]
}

/** Which extras a ready video still lacks, and putting them into the queue. */
import { extras, taskOf, type Extra } from '../../domain/messages.ts'
import type { Plan } from '../../domain/plan.ts'
import { isGone, type Video } from '../../domain/video.ts'
import type { EncodeDeps } from '../deps.ts'

/** Makes an extra where it is missing; a repetition finds it there. */
export type AddExtra = (deps: EncodeDeps, live: { video: Video; plan: Plan }, signal: AbortSignal) => Promise<void>

/** Of renditions: `h264-720p`, not `aac-1`. */
const isPicture = (id: string): boolean => /-\d+p$/.test(id)

/** Complete pictures whose quality nobody measured yet. Pure. */
export const unmeasuredPictures = ({ completeRenditions, quality }: Video): string[] => completeRenditions.filter((id) => isPicture(id) && quality?.[id] === undefined)

/** Pure. Those that were given up count as missing: the daily scan tries them again for a few days. */
export function missingExtras(video: Video, { transcribes = false } = {}): Extra[] {
  if (video.state !== 'ready' || isGone(video) || video.revision === undefined) return []
  const hasPicture = video.height !== undefined
  const due: Record<Extra, boolean> = {
    texts: !video.textsRead,
    storyboard: hasPicture && !video.storyboard,
    posters: hasPicture && !video.posterCandidates,
    loudness: video.loudness === undefined && video.completeRenditions.some((id) => id.startsWith('aac-')),
    captions: (video.captions ?? []).length > 0,
    transcript: transcribes && !video.transcribed,
    quality: unmeasuredPictures(video).length > 0,
  }
  return extras.filter((extra) => due[extra])
}

export async function enqueueExtras(deps: Pick<EncodeDeps, 'queue' | 'limits'>, video: Video): Promise<void> {
  for (const extra of missingExtras(video, { transcribes: (deps.limits.transcribeCommand ?? []).length > 0 })) {
    await deps.queue.enqueue(taskOf({ kind: 'extra', videoId: video.id, revision: video.revision!, extra }))
  }
}

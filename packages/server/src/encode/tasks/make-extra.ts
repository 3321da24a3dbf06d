/** The extra task: what a video can do without, one kind at a time. */
import type { Extra } from '../../domain/messages.ts'
import { readPlan } from '../../records/plan.ts'
import { readVideo } from '../../records/video.ts'
import type { EncodeDeps, TaskContext } from '../deps.ts'
import { addCaptions } from './add-captions.ts'
import { addLoudness } from './add-loudness.ts'
import { addPosters } from './add-posters.ts'
import { addStoryboard } from './add-storyboard.ts'
import { addQuality } from './add-quality.ts'
import { addTexts } from './add-texts.ts'
import { addTranscript } from './add-transcript.ts'
import type { AddExtra } from '../reconcile/extras-due.ts'
import { isLive } from '../read-live.ts'

const adders: Record<Extra, AddExtra> = {
  storyboard: addStoryboard,
  captions: addCaptions,
  quality: addQuality,
  loudness: addLoudness,
  texts: addTexts,
  posters: addPosters,
  transcript: addTranscript,
}

export async function makeExtra(deps: EncodeDeps, message: { videoId: string; revision: string; extra: Extra }, context: TaskContext): Promise<void> {
  const { videoId, revision, extra } = message
  const video = (await readVideo(deps.documents, videoId))?.value
  if (!isLive(video, revision)) return
  const plan = await readPlan(deps.documents, videoId, revision)
  if (plan) await adders[extra](deps, { video, plan }, context.signal)
}

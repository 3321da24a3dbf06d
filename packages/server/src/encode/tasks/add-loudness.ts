/** Measures how loud a video is, on its default track as stored, when all of it is there. */
import { join } from 'node:path'
import { videoTopic } from '../../domain/messages.ts'
import { readSlots } from '../../records/chunk.ts'
import { updateVideo } from '../../records/video.ts'
import { bulkNice } from '../deps.ts'
import type { AddExtra } from '../reconcile/extras-due.ts'
import { joinSegments } from './join-segments.ts'
import { defaultAudio } from '../progress/listing.ts'
import { isLive } from '../read-live.ts'
import { withWorkDirectory } from '../worker/work-directory.ts'

/** Silence is noted as null: measured, and nothing to go by. */
export const addLoudness: AddExtra = async (deps, { video, plan }, signal) => {
  const track = defaultAudio(plan)
  if (!track || video.loudness !== undefined) return
  const slots = (await readSlots(deps.documents, plan)).slots.get(track.id) ?? []
  const filled = slots.filter((slot) => slot !== null)
  if (filled.length < slots.length) return
  const loudness = await withWorkDirectory(deps.limits.workRoot, async (workDir) => {
    const path = join(workDir, 'track.mp4')
    await joinSegments(deps, plan, track.id, filled, { path, signal })
    return (await deps.media.measureLoudness({ path, nice: bulkNice, signal })) ?? null
  })
  const stored = await updateVideo(deps.documents, video.id, (now) => (isLive(now, plan.revision) ? { ...now, loudness } : undefined))
  if (stored) await deps.signals.publish(videoTopic(video.id), { kind: 'video' })
}

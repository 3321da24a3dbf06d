/** Measures the quality of complete renditions on a few of their segments, for their owner to see. */
import { join } from 'node:path'
import { videoTopic } from '../../domain/messages.ts'
import type { Plan, Slot, VideoRendition } from '../../domain/plan.ts'
import { readSlots } from '../../records/chunk.ts'
import { updateVideo } from '../../records/video.ts'
import { bulkNice, type EncodeDeps } from '../deps.ts'
import type { AddExtra } from '../reconcile/extras-due.ts'
import { joinSegments } from './join-segments.ts'
import { isLive } from '../read-live.ts'
import { sourceUrl } from '../plan/source-url.ts'
import { withWorkDirectory } from '../worker/work-directory.ts'

/** Segments that are compared, however long the video: the cost has a bound. */
const segmentsCompared = 3

/** Those that were measured before keep their figure. */
export const addQuality: AddExtra = async (deps, { video, plan }, signal) => {
  const wanted = plan.video?.renditions.filter(({ id }) => video.completeRenditions.includes(id) && video.quality?.[id] === undefined) ?? []
  if (wanted.length === 0) return
  const quality = await measure(deps, plan, wanted, signal)
  const stored = await updateVideo(deps.documents, video.id, (now) => (isLive(now, plan.revision) ? { ...now, quality: { ...quality, ...now.quality } } : undefined))
  if (stored) await deps.signals.publish(videoTopic(video.id), { kind: 'video' })
}

async function measure(deps: EncodeDeps, plan: Plan, wanted: VideoRendition[], signal: AbortSignal): Promise<Record<string, number>> {
  const { slots } = await readSlots(deps.documents, plan)
  const url = await sourceUrl(deps, plan.source.key)
  const count = slots.get(wanted[0]!.id)!.length
  const numbers = new Set(Array.from({ length: segmentsCompared }, (_, index) => Math.floor((count * (index + 0.5)) / segmentsCompared)))
  const found = new Map(wanted.map(({ id }) => [id, [] as number[]]))
  for (const number of numbers) {
    const ssim = await compareSegment(deps, { plan, url, wanted, number, slotOf: (id) => slots.get(id)![number]! }, signal)
    for (const [id, value] of ssim) found.get(id)!.push(value)
  }
  const measured = [...found].filter(([, values]) => values.length > 0)
  return Object.fromEntries(measured.map(([id, values]) => [id, values.reduce((sum, value) => sum + value, 0) / values.length]))
}

type Compared = { plan: Plan; url: string; wanted: VideoRendition[]; number: number; slotOf: (renditionId: string) => Slot }

const compareSegment = (deps: EncodeDeps, { plan, url, wanted, number, slotOf }: Compared, signal: AbortSignal): Promise<Map<string, number>> =>
  withWorkDirectory(deps.limits.workRoot, async (workDir) => {
    const encoded: { rendition: VideoRendition; path: string }[] = []
    for (const rendition of wanted) {
      const path = join(workDir, `${rendition.id}.mp4`)
      await joinSegments(deps, plan, rendition.id, [slotOf(rendition.id)], { path, signal })
      encoded.push({ rendition, path })
    }
    return deps.media.compareQuality({ plan, url, from: number, to: number + 1, encoded, nice: bulkNice, signal })
  })

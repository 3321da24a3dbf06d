/** Makes a video's storyboard from its lowest rendition, as stored: the source is not read again. */
import { createReadStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Storyboard } from '../../domain/extras.ts'
import { newAttempt, storyboardKey } from '../../domain/keys.ts'
import { videoTopic } from '../../domain/messages.ts'
import type { VideoRendition } from '../../domain/plan.ts'
import { readSlots } from '../../records/chunk.ts'
import { updateVideo } from '../../records/video.ts'
import { bulkNice, type EncodeDeps } from '../deps.ts'
import { joinSegments } from './join-segments.ts'
import { startRendition } from '../progress/listing.ts'
import type { AddExtra } from '../reconcile/extras-due.ts'
import { isLive } from '../read-live.ts'
import { withWorkDirectory } from '../worker/work-directory.ts'

/** A tile every 4 s up to 13 minutes, then fewer: a seek bar is hardly wider in steps. */
const tilesAtMost = 200
const longerSide = 160
const columns = 5
const rows = 5

/** Sheets come before the document that names them; a rival's that was first stays. */
export const addStoryboard: AddExtra = async (deps, { video, plan }, signal) => {
  if (!plan.video || video.storyboard) return
  const id = startRendition(plan)
  const slots = (await readSlots(deps.documents, plan)).slots.get(id) ?? []
  const everySegments = Math.ceil(slots.length / tilesAtMost)
  const picked = slots.filter((_, number) => number % everySegments === 0).filter((slot) => slot !== null)
  if (picked.length < Math.ceil(slots.length / everySegments)) return
  const size = tileSize(plan.video.renditions.find((rendition) => rendition.id === id)!)
  const storyboard: Storyboard = { attempt: newAttempt(), everySegments, tileCount: picked.length, ...size, columns, rows }
  const keys = await withWorkDirectory(deps.limits.workRoot, async (workDir) => {
    const path = join(workDir, 'segments.mp4')
    await joinSegments(deps, plan, id, picked, { path, signal })
    const directory = join(workDir, 'sheets')
    await mkdir(directory)
    const made = await deps.media.makeStoryboard({ path, directory, ...size, columns, rows, nice: bulkNice, signal })
    if (made.tileCount !== picked.length) throw new Error(`${made.tileCount} tiles came out of ${picked.length} segments`)
    return storeSheets(deps, plan, storyboard.attempt, made.sheets)
  })
  const stored = await updateVideo(deps.documents, video.id, (now) => (isLive(now, plan.revision) && !now.storyboard ? { ...now, storyboard } : undefined))
  if (stored?.storyboard?.attempt === storyboard.attempt) await deps.signals.publish(videoTopic(video.id), { kind: 'video' })
  else await deps.objects.delete('encoded', keys)
}

async function storeSheets(deps: EncodeDeps, plan: { videoId: string; revision: string }, attempt: string, sheets: string[]): Promise<string[]> {
  const keys: string[] = []
  for (const [sheet, path] of sheets.entries()) {
    const key = storyboardKey(plan.videoId, plan.revision, attempt, sheet)
    await deps.objects.put('encoded', key, createReadStream(path), { mediaType: 'image/jpeg', sizeBytes: (await stat(path)).size })
    keys.push(key)
  }
  return keys
}

function tileSize({ width, height }: Pick<VideoRendition, 'width' | 'height'>): { tileWidth: number; tileHeight: number } {
  const even = (value: number) => Math.max(2, Math.round((value * longerSide) / Math.max(width, height) / 2) * 2)
  return { tileWidth: even(width), tileHeight: even(height) }
}

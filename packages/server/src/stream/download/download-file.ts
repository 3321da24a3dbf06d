/** A rendition with its sound as one progressive MP4: an index made from the fragments' heads, over the bytes that are stored. */
import { createHash } from 'node:crypto'
import { DriverUnavailable } from '../../base/errors.ts'
import { initKey } from '../../domain/keys.ts'
import type { Plan, Slot } from '../../domain/plan.ts'
import { soundOf } from '../../domain/tier.ts'
import { ProblemError } from '../../http/problem.ts'
import { progressiveHead, type ProgressiveTrack } from '../../media/boxes/progressive.ts'
import { addFragment, emptyTable, moofBytes, type TrackTable } from '../../media/boxes/track-table.ts'
import type { Documents } from '../../ports/documents.ts'
import type { Objects } from '../../ports/objects.ts'
import { readSlots } from '../../records/chunk.ts'
import { bufferOf } from '../cache/content.ts'
import { patiently } from '../edge/load-content.ts'

/** `pieces` follow each other and the head; each is `sizeBytes` of its slot's bytes from `from` on. */
export type DownloadFile = {
  head: Buffer
  pieces: { slot: Slot; from: number; at: number; sizeBytes: number }[]
  sizeBytes: number
  etag: string
  mediaType: string
}

/** The sound that goes with a picture: every track that progressive players know. */
export const downloadSound = (plan: Plan): string[] => soundOf(plan).map(({ id }) => id)

/** Whether a rendition can be downloaded once it is complete. */
export const isDownloadable = (plan: Plan, renditionId: string): boolean =>
  downloadSound(plan).includes(renditionId) || (plan.video?.renditions.some(({ id, codec }) => id === renditionId && codec === 'h264') ?? false)

/** A moof of 4 s at 60 frames is about this long; longer ones are asked for twice. */
const usualHeadBytes = 4096
/** Heads are a request each. */
const readsAtOnce = 16

/** Segments from which on an index takes tens of MB while it is made: some five hours with a sound track. */
const largeSegments = 10_000

export type InTurn = <T>(make: () => Promise<T>) => Promise<T>

/** Large ones are made in turn. Problems: not_found for what can't be downloaded, or not yet. */
export async function makeDownloadFile(deps: { documents: Documents; objects: Objects; inTurn: InTurn }, plan: Plan, renditionId: string): Promise<DownloadFile> {
  if (!isDownloadable(plan, renditionId)) throw new ProblemError('not_found')
  const isSound = downloadSound(plan).includes(renditionId)
  const ids = isSound ? [renditionId] : [renditionId, ...downloadSound(plan)]
  const { slots } = await patiently(() => readSlots(deps.documents, plan))
  const wanted = ids.map((id) => {
    const filled = (slots.get(id) ?? []).filter((slot) => slot !== null)
    if (filled.length === 0 || filled.length < slots.get(id)!.length) throw new ProblemError('not_found')
    return { key: initKey(plan.videoId, plan.revision, id), slots: filled }
  })
  const make = () => indexOf(deps.objects, wanted, isSound ? 'audio/mp4' : 'video/mp4')
  return wanted.reduce((sum, { slots }) => sum + slots.length, 0) > largeSegments ? deps.inTurn(make) : make()
}

/** `key`: of the init segment. */
async function indexOf(objects: Objects, wanted: { key: string; slots: Slot[] }[], mediaType: string): Promise<DownloadFile> {
  const tracks: (ProgressiveTrack & { slots: Slot[] })[] = []
  for (const { key, slots } of wanted) {
    const init = await patiently(() => objects.get('encoded', key))
    tracks.push({ init: bufferOf(init), table: await readTable(objects, slots), slots })
  }
  const { head, runs, sizeBytes } = progressiveHead(tracks)
  const hash = createHash('sha256').update(head)
  let at = head.length
  const pieces = runs.map(({ track, run, sizeBytes }) => {
    const { slots, table } = tracks[track]!
    const piece = { slot: slots[run]!, from: table.runs[run]!.dataOffset, at, sizeBytes }
    at += sizeBytes
    hash.update(piece.slot.sha256)
    return piece
  })
  return { head, pieces, sizeBytes, etag: `"${hash.digest('hex')}"`, mediaType }
}

async function readTable(objects: Objects, slots: Slot[]): Promise<TrackTable> {
  const table = emptyTable()
  for (let from = 0; from < slots.length; from += readsAtOnce) {
    const some = slots.slice(from, from + readsAtOnce)
    const heads = await Promise.all(some.map((slot) => readHead(objects, slot)))
    heads.forEach((head, index) => addFragment(table, head, some[index]!.length))
  }
  return table
}

async function readHead(objects: Objects, slot: Slot): Promise<Buffer> {
  const read = async (bytes: number) =>
    bufferOf(await patiently(() => objects.get('encoded', slot.key, { start: slot.offset, end: slot.offset + Math.min(bytes, slot.length) - 1 })))
  const head = await read(usualHeadBytes)
  const needed = moofBytes(head)
  if (needed < 8 || needed > slot.length) throw new DriverUnavailable('stored bytes do not begin with a fragment')
  return needed <= head.length ? head : read(needed)
}

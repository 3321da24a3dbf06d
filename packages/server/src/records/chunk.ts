/** Chunk documents: where every finished segment lies. Slots are set once (DESIGN §2.3). */
import { chunkOf, chunkSegments, gridOf, segmentAt, segmentCount } from '../domain/grid.ts'
import type { Chunk, Plan, Slot } from '../domain/plan.ts'
import type { Documents } from '../ports/documents.ts'
import { changeDocument, type DocumentPlace } from './change-document.ts'

const partition = (videoId: string, revision: string) => `${videoId}/${revision}`

/** All video renditions of a codec share a chunk document; each audio track has its own. */
function placeOf(plan: Plan, renditionId: string, chunk: number): DocumentPlace {
  const track = plan.video?.renditions.find(({ id }) => id === renditionId)?.codec ?? renditionId
  return { table: 'chunk', pk: partition(plan.videoId, plan.revision), sk: `${track}/${String(chunk).padStart(6, '0')}` }
}

/** The chunk of that rendition and index, or undefined while nothing in it was committed. */
export async function readChunk(documents: Documents, plan: Plan, renditionId: string, chunk: number): Promise<Chunk | undefined> {
  const { table, pk, sk } = placeOf(plan, renditionId, chunk)
  return (await documents.get<Chunk>(table, pk, sk))?.value
}

/** The slot of one segment, or undefined while it is empty. */
export async function readSlot(documents: Documents, plan: Plan, renditionId: string, number: number): Promise<Slot | undefined> {
  const found = gridOf(plan, renditionId)
  if (!found) return undefined
  const chunk = chunkOf(found.grid, number)
  const { from } = chunkSegments(found.grid, found.kind, chunk)
  return (await readChunk(documents, plan, renditionId, chunk))?.slots[renditionId]?.[number - from] ?? undefined
}

/** Every chunk document of the revision, in order. The only way to know that a video is ready. */
export async function readChunks(documents: Documents, videoId: string, revision: string): Promise<Chunk[]> {
  const chunks: Chunk[] = []
  let cursor: string | undefined
  do {
    const page = await documents.range<Chunk>('chunk', partition(videoId, revision), { limit: 500, cursor })
    chunks.push(...page.items.map((item) => item.value))
    cursor = page.cursor
  } while (cursor)
  return chunks
}

/** A chunk of a track (`h264`, or a sound's rendition id) of which parts were replaced. */
export type Fill = { track: string; chunk: number; decodedTo?: number }

/** Every slot of the revision by rendition id, in segment order, null while empty. One range read (DESIGN §2.8). */
export async function readSlots(documents: Documents, plan: Plan): Promise<{ slots: Map<string, (Slot | null)[]>; fills: Fill[] }> {
  const slots = new Map<string, (Slot | null)[]>()
  const place = (renditionId: string, chunk: number, values: (Slot | null)[]) => {
    const { grid, kind } = gridOf(plan, renditionId)!
    const all = slots.get(renditionId)!
    const { from } = chunkSegments(grid, kind, chunk)
    for (const [index, slot] of values.entries()) if (from + index < all.length) all[from + index] = slot
  }
  for (const { id } of [...(plan.video?.renditions ?? []), ...plan.audio]) {
    const { grid, kind } = gridOf(plan, id)!
    slots.set(id, Array.from({ length: segmentCount(grid, kind) }, () => null))
  }
  const fills: Fill[] = []
  let cursor: string | undefined
  do {
    const page = await documents.range<Chunk>('chunk', partition(plan.videoId, plan.revision), { limit: 500, cursor })
    for (const { sk, value } of page.items) {
      const [track, chunk] = sk.split('/')
      if (value.filled) fills.push({ track: track!, chunk: Number(chunk), decodedTo: value.decodedTo })
      for (const [renditionId, values] of Object.entries(value.slots)) if (slots.has(renditionId)) place(renditionId, Number(sk.split('/')[1]), values)
    }
    cursor = page.cursor
  } while (cursor)
  return { slots, fills }
}

/** Counts a failed attempt at a chunk and answers how many there were; a chunk without a document gets one with empty slots. */
export async function countFailedAttempt(documents: Documents, plan: Plan, renditionId: string, chunk: number): Promise<number> {
  const next = await changeDocument<Chunk>(documents, placeOf(plan, renditionId, chunk), (stored) =>
    stored ? { ...stored, attempts: stored.attempts + 1 } : { slots: {}, attempts: 1 },
  )
  return next!.attempts
}

/** Forgets the failed attempts at every chunk of the revision; slots stay. */
export async function forgetFailedAttempts(documents: Documents, videoId: string, revision: string): Promise<void> {
  let cursor: string | undefined
  do {
    const page = await documents.range<Chunk>('chunk', partition(videoId, revision), { limit: 500, cursor })
    for (const { sk, value, version } of page.items) {
      if (value.attempts === 0) continue
      // A conflict is another's commit or count: the caller's next try reads it anew.
      await documents.put('chunk', partition(videoId, revision), sk, { ...value, attempts: 0 }, { ifVersion: version })
    }
    cursor = page.cursor
  } while (cursor)
}

/** Stretches that were filled one by one join from the chunk's end backwards. */
function noteUndecoded(chunk: Chunk, { fromFrame, toFrame }: { fromFrame: number; toFrame: number }, endFrame: number): void {
  if (toFrame >= (chunk.decodedTo ?? endFrame)) chunk.decodedTo = Math.min(fromFrame, chunk.decodedTo ?? endFrame)
}

function chunkEndFrame(plan: Plan, chunk: number): number {
  const { grid } = plan.video!
  const last = segmentAt(grid, 'video', chunkSegments(grid, 'video', chunk).to - 1)!
  return last.startFrame + last.frames
}

/**
 * Commits slots of one chunk: fills only empty ones and leaves the others as they are.
 * Answers which segments of each rendition are the caller's (the rest were filled before: their bytes are to be swept).
 */
export async function commitSlots(
  documents: Documents,
  plan: Plan,
  chunk: number,
  made: { renditionId: string; number: number; slot: Slot }[],
  options: { filled?: boolean; undecoded?: { fromFrame: number; toFrame: number } } = {},
): Promise<{ renditionId: string; number: number }[]> {
  const first = made[0]
  if (!first) return []
  let mine: { renditionId: string; number: number }[] = []
  await changeDocument<Chunk>(documents, placeOf(plan, first.renditionId, chunk), (stored) => {
    const next = stored ?? { slots: {}, attempts: 0 }
    if (options.filled) next.filled = true
    if (options.undecoded) noteUndecoded(next, options.undecoded, chunkEndFrame(plan, chunk))
    mine = []
    for (const { renditionId, number, slot } of made) {
      const { grid, kind } = gridOf(plan, renditionId)!
      const { from, to } = chunkSegments(grid, kind, chunk)
      const slots = (next.slots[renditionId] ??= Array.from({ length: to - from }, () => null))
      // Ours already, from a write whose answer was lost: keys are of one attempt.
      const there = slots[number - from]
      if (there && there.key !== slot.key) continue
      slots[number - from] = slot
      mine.push({ renditionId, number })
    }
    return mine.length === 0 ? undefined : next
  })
  return mine
}

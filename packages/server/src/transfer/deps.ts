/** What a transfer is handed: two sides, and who is told. */
import type { Log } from '../base/log.ts'
import type { Documents } from '../ports/documents.ts'
import type { Objects } from '../ports/objects.ts'

export type Side = { documents: Documents; objects: Objects }

export type Progress = { step: 'documents' | 'objects'; what: string; done: number; bytes: number }

export type TransferDeps = {
  from: Side
  to: Side
  log: Log
  signal: AbortSignal
  onProgress: (progress: Progress) => void
}

export type TransferOptions = {
  /** Names the source: a transfer is only resumed from the one that began it. */
  source: string
  /** The destination becomes the source's mirror once more: what it has besides goes. */
  again: boolean
  /** An object that is there with its size is taken for copied (keys are written once); else its bytes are compared. */
  trustSizes: boolean
}

/** The destination is not what was copied, or is somebody else's. */
export class TransferRefused extends Error {
  override name = 'TransferRefused'
}

/** Runs `work` over what comes, so many at once; the first error ends it. */
export async function eachAtOnce<T>(items: AsyncIterable<T> | Iterable<T>, most: number, work: (item: T) => Promise<void>): Promise<void> {
  const running = new Set<Promise<void>>()
  for await (const item of items) {
    const one: Promise<void> = work(item).finally(() => running.delete(one))
    // Awaited below; until then nobody may find it unhandled.
    one.catch(() => undefined)
    running.add(one)
    if (running.size >= most) await Promise.race(running)
  }
  await Promise.all(running)
}

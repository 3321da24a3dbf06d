/** The video document: reading it and changing it by compare-and-set. */
import { VersionConflict } from '../base/errors.ts'
import { backoffMs } from '../base/retry.ts'
import { sleep } from '../base/time.ts'
import type { Video } from '../domain/video.ts'
import type { Documents, Stored } from '../ports/documents.ts'

/** The document with its version, deleted ones included. */
export function readVideo(documents: Documents, id: string): Promise<Stored<Video> | undefined> {
  return documents.get<Video>('video', id)
}

/** Stores a new video; VersionConflict when the id is taken. */
export async function createVideo(documents: Documents, video: Video): Promise<void> {
  await documents.put('video', video.id, '', video, { ifVersion: 'absent' })
}

/**
 * Changes a video by compare-and-set, re-reading after a conflict. `change` gets the present document and answers
 * the new one, or undefined to leave it. Answers what is stored afterwards; undefined when there is none.
 */
export async function updateVideo(documents: Documents, id: string, change: (video: Video) => Video | undefined): Promise<Video | undefined> {
  for (let attempt = 1; ; attempt++) {
    const stored = await readVideo(documents, id)
    if (!stored) return undefined
    const next = change(structuredClone(stored.value))
    if (!next) return stored.value
    try {
      await documents.put('video', id, '', next, { ifVersion: stored.version })
      return next
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt >= 20) throw error
      await sleep(backoffMs(attempt, 5, 500))
    }
  }
}

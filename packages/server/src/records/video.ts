/** The video document: reading it and changing it by compare-and-set. */
import type { Video } from '../domain/video.ts'
import type { Documents, Stored } from '../ports/documents.ts'
import { changeDocument } from './change-document.ts'

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
export function updateVideo(documents: Documents, id: string, change: (video: Video) => Video | undefined): Promise<Video | undefined> {
  return changeDocument<Video>(documents, { table: 'video', pk: id, sk: '' }, (video) => video && change(video))
}

/** A video's chapters, as the source has them or as the owner gave them: one document, read with the video alone. */
import { VersionConflict } from '../base/errors.ts'
import type { Chapter } from '../domain/extras.ts'
import type { Documents } from '../ports/documents.ts'
import { createDocument } from './create-document.ts'

type Chapters = { chapters: Chapter[] }

export async function readChapters(documents: Documents, videoId: string): Promise<Chapter[]> {
  return (await documents.get<Chapters>('chapters', videoId))?.value.chapters ?? []
}

/** The source's: what is there already, also an empty list, is the owner's and stays. */
export async function createChapters(documents: Documents, videoId: string, chapters: Chapter[]): Promise<void> {
  await createDocument(documents, { table: 'chapters', pk: videoId, sk: '' }, { chapters })
}

/** The owner's, in the place of any others. VersionConflict when another write came in between, several times. */
export async function setChapters(documents: Documents, videoId: string, chapters: Chapter[]): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const stored = await documents.get<Chapters>('chapters', videoId)
    try {
      await documents.put('chapters', videoId, '', { chapters }, { ifVersion: stored?.version ?? 'absent' })
      return
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt >= 5) throw error
    }
  }
}

export async function removeChapters(documents: Documents, videoId: string): Promise<void> {
  const stored = await documents.get<Chapters>('chapters', videoId)
  if (stored) await documents.delete('chapters', videoId, '', { ifVersion: stored.version })
}

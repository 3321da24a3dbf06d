/** The objects of the encoded bucket that a video's document refers to by itself, beside those of its plan. Pure. */
import { sheetCount } from './extras.ts'
import { captionKey, storyboardKey } from './keys.ts'
import type { Video } from './video.ts'

/** Poster and candidates, storyboard sheets, captions. */
export function extraKeys({ id, revision, posterKey, posterCandidates = [], storyboard, captions = [] }: Video): string[] {
  const sheets = storyboard ? Array.from({ length: sheetCount(storyboard) }, (_, sheet) => storyboardKey(id, revision!, storyboard.attempt, sheet)) : []
  return [...(posterKey ? [posterKey] : []), ...posterCandidates.map(({ key }) => key), ...sheets, ...captions.map(({ attempt }) => captionKey(id, attempt))]
}

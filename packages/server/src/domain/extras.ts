/** What goes along with a video: its storyboard, pictures to choose a poster from, captions, chapters. */

/** Small pictures of the video in sheets, for the seek bar: one for the first frame of every so many segments. */
export type Storyboard = {
  /** In the sheets' object keys. */
  attempt: string
  everySegments: number
  tileCount: number
  tileWidth: number
  tileHeight: number
  /** Of a full sheet; tiles go row by row, the last sheet may end early. */
  columns: number
  rows: number
}

export const sheetCount = ({ tileCount, columns, rows }: Storyboard): number => Math.ceil(tileCount / (columns * rows))

/** A picture that the owner may choose as the poster. `id` is the attempt in its key. */
export type PosterCandidate = { id: string; key: string; atSeconds?: number }

export type CaptionKind = 'uploaded' | 'source' | 'generated'

/** One WebVTT file in one language. */
export type Caption = {
  /** `en` when uploaded, else `en.source`, `en.source-2`, `en.generated`: one of each a video. */
  id: string
  kind: CaptionKind
  /** BCP 47, canonical; `und` when unknown. */
  language: string
  label: string
  /** In the object's key and the delivery path: another text has another. */
  attempt: string
  createdAt: number
}

/** Until the next one's start. */
export type Chapter = { startSeconds: number; title: string }

export const captionsAtMost = 50
export const chaptersAtMost = 200
export const titleLengthAtMost = 120

/** What a viewer is offered: an uploaded or embedded text stands in for a generated one in its language. Uploaded first. */
export function offeredCaptions(captions: Caption[]): Caption[] {
  const order: CaptionKind[] = ['uploaded', 'source', 'generated']
  const written = new Set(captions.filter(({ kind }) => kind !== 'generated').map(({ language }) => language))
  return captions
    .filter(({ kind, language }) => kind !== 'generated' || !written.has(language))
    .toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind))
}

/** Where a page of documents starts, for every driver: range queries as bounds of the sort key, and the scan's cursor. */
import type { RangeQuery } from './documents.ts'

/** Sort keys between the two; `above` is exclusive where `from` is inclusive. */
export type Bounds = { from?: string; above?: string; below?: string }

const compare = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** The tighter of cursor and bound, so that the index is entered at the page and not at the range's start. */
export function boundsOf({ from, to, desc, cursor }: RangeQuery): Bounds {
  if (cursor === undefined) return { from, below: to }
  if (desc) return { from, below: to === undefined || compare(cursor, to) < 0 ? cursor : to }
  return from === undefined || compare(cursor, from) >= 0 ? { above: cursor, below: to } : { from, below: to }
}

export function encodeScanCursor({ pk, sk }: { pk: string; sk: string }): string {
  return Buffer.from(JSON.stringify([pk, sk])).toString('base64url')
}

/** The partition and sort key after which the scan goes on. Throws RangeError for a cursor that we never made. */
export function decodeScanCursor(cursor: string | undefined): [pk: string, sk: string] {
  if (cursor === undefined) return ['', '']
  try {
    const [pk, sk] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[]
    if (typeof pk === 'string' && typeof sk === 'string') return [pk, sk]
  } catch (error) {
    throw new RangeError('no such scan cursor', { cause: error })
  }
  throw new RangeError('no such scan cursor')
}

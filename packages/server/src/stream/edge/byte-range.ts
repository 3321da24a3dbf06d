/** The Range header, as far as the edge serves it: one range of bytes (RFC 9110 §14). Pure. */
import type { ByteRange } from '../../ports/objects.ts'

/**
 * `undefined`: answer the whole (no header, another unit, several ranges, or not of the grammar: §14.2 allows to ignore
 * it). `'unsatisfiable'`: answer 416.
 */
export function parseRange(header: string | undefined, sizeBytes: number): ByteRange | 'unsatisfiable' | undefined {
  const m = header === undefined ? null : /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(header.trim())
  if (!m || (m[1] === '' && m[2] === '')) return undefined
  if (m[1] === '') {
    const suffix = Number(m[2])
    return suffix === 0 || sizeBytes === 0 ? 'unsatisfiable' : { start: Math.max(0, sizeBytes - suffix), end: sizeBytes - 1 }
  }
  const start = Number(m[1])
  const end = m[2] === '' ? sizeBytes - 1 : Math.min(Number(m[2]), sizeBytes - 1)
  if (m[2] !== '' && Number(m[2]) < start) return undefined
  return start >= sizeBytes ? 'unsatisfiable' : { start, end }
}

/** If-None-Match, by weak comparison (RFC 9110 §13.1.2). */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false
  if (header.trim() === '*') return true
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag)
}

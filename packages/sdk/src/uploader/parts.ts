/** The arithmetic of parts. Pure. */
import type { Span } from './source.ts'

/** The bytes of part `partNumber` (from 1); the last part is shorter. */
export function spanOf(partNumber: number, sizeBytes: number, partSizeBytes: number): Span {
  const from = (partNumber - 1) * partSizeBytes
  return { from, to: Math.min(from + partSizeBytes, sizeBytes) }
}

export const lengthOf = ({ from, to }: Span): number => to - from

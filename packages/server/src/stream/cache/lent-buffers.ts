/**
 * Memory for bytes that only pass through. A fresh buffer costs a page fault for every 4 KB of it and brings the collector
 * round: together more than reading a file into it (docs/decisions/0077).
 */

export type LentBuffers = {
  /** At least `bytes` long; what was in it before is still there. */
  take(bytes: number): Buffer
  /** It may be lent again. What is not given back is the collector's. */
  giveBack(buffer: Buffer): void
}

/** Sizes that come back: a buffer is of one of a few lengths. */
const leastBytes = 65_536

/** Keeps at most `limitBytes` of buffers that nobody uses. */
export function lendBuffers(limitBytes: number): LentBuffers {
  const free = new Map<number, Buffer[]>()
  let freeBytes = 0
  return {
    take(bytes) {
      const length = Math.max(leastBytes, 2 ** Math.ceil(Math.log2(bytes)))
      const found = free.get(length)?.pop()
      if (!found) return Buffer.allocUnsafeSlow(length)
      freeBytes -= length
      return found
    },
    giveBack(buffer) {
      if (freeBytes + buffer.length > limitBytes) return
      freeBytes += buffer.length
      const same = free.get(buffer.length)
      if (same) same.push(buffer)
      else free.set(buffer.length, [buffer])
    },
  }
}

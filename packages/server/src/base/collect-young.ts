/** Frees the memory of packets that were dealt with, before the engine would. */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

const stepBytes = 16 * 2 ** 20
let passed = 0
let collect: ((options: { type: 'minor' }) => void) | undefined

/**
 * Tells that `bytes` of packets went through, to be called when none of them is referred to any more. After every 16 MiB
 * the young generation is collected, which takes well under a millisecond then: V8 itself counts a packet as the few
 * bytes of its object, and lets 80 MB of them pile up, which malloc doesn't give back.
 */
export function packetsPassed(bytes: number): void {
  passed += bytes
  if (passed < stepBytes) return
  passed = 0
  collect ??= collector()
  collect({ type: 'minor' })
}

/** The engine's own; it is reached only like this. */
function collector(): NonNullable<typeof collect> {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc')
}

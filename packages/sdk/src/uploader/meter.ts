/** Progress of an upload: bytes, a smoothed rate, the time left. */
import type { UploadSnapshot } from './types.ts'

/** The rate is taken over so much of the past. */
const windowMs = 8000
const sampleEveryMs = 250

export type Meter = ReturnType<typeof createMeter>

/** `clock` in milliseconds, monotonic. */
export function createMeter(totalBytes: number, clock: () => number = () => performance.now()) {
  let acknowledged = 0
  let resumed = 0
  const inFlight = new Map<number, number>()
  let samples: { at: number; bytes: number }[] = []

  const flying = () => [...inFlight.values()].reduce((sum, bytes) => sum + bytes, 0)

  function sample(): void {
    const at = clock()
    const last = samples.at(-1)
    if (last && at - last.at < sampleEveryMs) return
    samples.push({ at, bytes: acknowledged + flying() })
    // One sample older than the window stays: it is the window's beginning.
    while (samples.length > 2 && at - samples[1]!.at > windowMs) samples.shift()
  }

  function rate(): number | undefined {
    const first = samples[0]
    if (!first) return undefined
    const seconds = (clock() - first.at) / 1000
    if (seconds < 0.5) return undefined
    return Math.max(0, (acknowledged + flying() - first.bytes) / seconds)
  }

  return {
    /** Parts that the store had before this run. */
    resume(bytes: number): void {
      acknowledged = bytes
      resumed = bytes
      samples = []
    },
    sent(partNumber: number, bytes: number): void {
      inFlight.set(partNumber, bytes)
      sample()
    },
    acknowledge(partNumber: number, bytes: number): void {
      inFlight.delete(partNumber)
      acknowledged += bytes
      sample()
    },
    /** The part has to be sent again. */
    drop(partNumber: number): void {
      inFlight.delete(partNumber)
    },
    /** The server's list of parts is another than ours. */
    correct(bytes: number): void {
      acknowledged = bytes
    },
    /** Forgets the rate: after a pause it would be wrong. */
    restart(): void {
      samples = []
    },
    read(): Pick<UploadSnapshot, 'totalBytes' | 'acknowledgedBytes' | 'inFlightBytes' | 'fraction' | 'bytesPerSecond' | 'secondsLeft' | 'resumedBytes'> {
      const inFlightBytes = flying()
      const bytesPerSecond = rate()
      const left = totalBytes - acknowledged - inFlightBytes
      return {
        totalBytes,
        acknowledgedBytes: acknowledged,
        inFlightBytes,
        fraction: totalBytes === 0 ? 0 : Math.min(1, (acknowledged + inFlightBytes) / totalBytes),
        bytesPerSecond,
        secondsLeft: bytesPerSecond ? left / bytesPerSecond : undefined,
        resumedBytes: resumed,
      }
    },
  }
}

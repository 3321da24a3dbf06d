/** Takes disk, chance and the number of processors away from this thread, so that a simulation neither waits for them nor depends on them. */
import crypto from 'node:crypto'
import fs from 'node:fs'
import promises from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { dirname } from 'node:path'
import { seededRandom } from '../../packages/server/test/e2e/seeded-random.ts'

/** Pieces written to the file of a directory that was made here, and not removed since. */
const written = new Map<string, number>()
export const piecesWritten = (path: string): number => written.get(dirname(path)) ?? 0

/** For good, and before the product is loaded: it asks for the processors once. Files are written to nowhere; nobody reads them. */
export function takeMachineAway({ seed, cores }: { seed: number; cores: number }): void {
  const random = seededRandom(seed)
  let directories = 0
  Math.random = random
  Object.assign(crypto, { randomBytes: (size: number) => Buffer.from(Array.from({ length: size }, () => Math.floor(random() * 256))) })
  Object.assign(os, { availableParallelism: () => cores })
  const { readFileSync } = fs
  Object.assign(fs, {
    createReadStream: () => undefined,
    // Of the tools' processor time nothing is known: there are none.
    readFileSync(...given: Parameters<typeof readFileSync>) {
      if (String(given[0]).startsWith('/proc/')) throw new Error('no such process')
      return readFileSync(...given)
    },
  })
  Object.assign(promises, {
    mkdir: async () => undefined,
    mkdtemp: async (prefix: string) => `${prefix}${++directories}`,
    rm: async (path: string) => void written.delete(path),
    stat: async () => ({ size: 1 }),
    open: async (path: string) => ({ write: async () => void written.set(dirname(path), piecesWritten(path) + 1), close: async () => {} }),
  })
  syncBuiltinESMExports()
}

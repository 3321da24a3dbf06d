/** The edge's cache: memory, a disk below it where there is one, and one read for all who miss at once. */
import { SingleFlight } from '../../base/once.ts'
import { contentBytes, revived, type Content } from './content.ts'
import type { DiskTier } from './disk.ts'
import { Ghosts } from './ghosts.ts'
import { Sieve } from './sieve.ts'

/** `held`: it had to be encoded first. `behind`: what caches behind us said. */
export type Loaded = { content: Content; held: boolean; behind?: string }
export type Found = Loaded & {
  from: 'disk' | 'origin'
  /** The caller's own read, not one that it joined. */
  mine: boolean
  /** The body's memory is lent: called when its bytes are used no more, or never. */
  release?: () => void
}

export type Tiers = {
  /** From memory: no promise, for the path of a hit. */
  get(name: string): Content | undefined
  /** In memory or on disk; not counted as asked for. */
  has(name: string): boolean
  /**
   * From disk, else made: once for all who ask meanwhile. It goes on when they leave, so that the next one finds it. Rejects as `make` does;
   * errors that are `ofOneAsker` only for him whose `make` it was, the others ask again: each time one of them has had his own.
   */
  find(name: string, make: () => Promise<Loaded>, ofOneAsker?: (error: unknown) => boolean): Promise<Found>
  close(): Promise<void>
}

export function openTiers({ memoryBytes, disk }: { memoryBytes: number; disk?: DiskTier | undefined }): Tiers {
  const memory = new Sieve<Content>(memoryBytes, disk && ((name, content, wasHit) => disk.leaveMemory(name, content, wasHit)))
  const loading = new SingleFlight<Omit<Found, 'mine'>>()
  // What came from disk lately. Who comes again while memory would still have held it gets a place there; the rest passes through.
  const passed = new Ghosts(memoryBytes)

  const lend = async (name: string, from: DiskTier): Promise<Found | undefined> => {
    const lent = await from.lend(name)
    if (!lent) return undefined
    const { release, ...stored } = lent
    if (memory.takes(stored.body.length)) passed.remember(name, stored.body.length)
    return { content: await revived(stored), held: false, from: 'disk', mine: true, release }
  }

  const load = async (name: string, make: () => Promise<Loaded>): Promise<Omit<Found, 'mine'>> => {
    const stored = disk?.has(name) ? await disk.read(name) : undefined
    const found = stored ? { content: await revived(stored), held: false, from: 'disk' as const } : { ...(await make()), from: 'origin' as const }
    memory.set(name, found.content, contentBytes(found.content))
    if (!stored) disk?.offer(name, found.content)
    return found
  }

  const find: Tiers['find'] = async (name, make, ofOneAsker = () => false) => {
    const lent = disk?.has(name) && !passed.has(name) ? await lend(name, disk) : undefined
    if (lent) return lent
    passed.forget(name)
    let mine = false
    try {
      const found = await loading.run(name, () => {
        mine = true
        return load(name, make)
      })
      return { ...found, mine }
    } catch (error) {
      if (mine || !ofOneAsker(error)) throw error
      return find(name, make, ofOneAsker)
    }
  }

  return {
    get: (name) => memory.get(name),
    has: (name) => memory.has(name) || (disk?.has(name) ?? false),
    find,
    async close() {
      memory.clear()
      await disk?.close()
    },
  }
}

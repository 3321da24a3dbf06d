/** How many of the holds one viewer may have: each has a segment encoded ahead of everything else, and the encoders are everybody's. */
import { networkOf } from '../../http/client-address.ts'
import { ProblemError } from '../../http/problem.ts'

/** A player waits for two or three, more where somebody seeks on. But guests behind one address with the same browser are one session: a class of them. */
export const mostHeldBySession = 64
/** A school, or a guest who has many sessions: four that take all they may. */
export const mostHeldByNetwork = 256

export type Asker = {
  sid: string
  /** Only where it is known for the viewer's: behind a cache all of them come from the cache's. */
  address?: string | undefined
}

/** This asker's share is used up; says nothing about others who want the same. */
export class ShareUsedUp extends ProblemError {
  constructor() {
    super('segment_not_ready', { retryAfterSeconds: 1 })
  }
}

export type HoldShares = {
  /** `hold` counts until it ends, whether or not its client stays. Rejects with ShareUsedUp instead of calling it. */
  within<T>(asker: Asker, hold: () => Promise<T>): Promise<T>
}

export function openHoldShares(): HoldShares {
  const held = new Map<string, number>()
  const count = (name: string, by: number): void => {
    const next = (held.get(name) ?? 0) + by
    if (next === 0) held.delete(name)
    else held.set(name, next)
  }
  return {
    async within({ sid, address }, hold) {
      const shares = new Map([[`session ${sid}`, mostHeldBySession]])
      if (address !== undefined) shares.set(`network ${networkOf(address)}`, mostHeldByNetwork)
      for (const [name, most] of shares) if ((held.get(name) ?? 0) >= most) throw new ShareUsedUp()
      for (const name of shares.keys()) count(name, 1)
      try {
        return await hold()
      } finally {
        for (const name of shares.keys()) count(name, -1)
      }
    },
  }
}

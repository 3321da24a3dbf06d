/** Ports that die at a chosen write, as a killed process does: nothing works from then on. */
import type { EncodeDeps } from '../../src/encode/deps.ts'

/** `before`: the write is not made. `after`: it is made, but nobody hears of it. */
export type Death = { atWrite: number; when: 'before' | 'after' }

export class Died extends Error {
  override name = 'Died'
}

const writes: Record<string, ReadonlySet<string>> = {
  documents: new Set(['put', 'delete', 'batch']),
  objects: new Set(['put', 'delete']),
  queue: new Set(['enqueue']),
}

/** The same deps, whose ports die at that write. `died()` tells whether it came to that. */
export function dying(deps: EncodeDeps, death: Death): { deps: EncodeDeps; died: () => boolean } {
  let count = 0
  let dead = false
  const wrap = <T extends object>(port: T, name: string): T =>
    new Proxy(port, {
      get(target, property) {
        const method = Reflect.get(target, property) as unknown
        if (typeof method !== 'function') return method
        return async (...args: unknown[]) => {
          if (dead) throw new Died('this process is gone')
          const isLast = writes[name]!.has(String(property)) && count++ === death.atWrite
          if (isLast) dead = true
          if (isLast && death.when === 'before') throw new Died('killed before a write')
          const answer: unknown = await method.apply(target, args)
          if (isLast) throw new Died('killed after a write')
          return answer
        }
      },
    })
  return {
    deps: { ...deps, documents: wrap(deps.documents, 'documents'), objects: wrap(deps.objects, 'objects'), queue: wrap(deps.queue, 'queue') },
    died: () => dead,
  }
}

/** Published cache policies by bytes, as small as they can be said: the peers of the edge's own. Each call asks for a key and is told whether it was there. */

export type Policy = (key: string, sizeBytes: number) => boolean

/** The oldest use goes first. */
export function lru(limitBytes: number): Policy {
  const held = queue()
  return (key, size) => {
    if (held.refresh(key)) return true
    held.add(key, size)
    while (held.bytes > limitBytes) held.shift()
    return false
  }
}

/** nginx with proxy_cache_min_uses 2: stored at the second request, the oldest use goes first. All keys that were seen are remembered, which is more than nginx does. */
export function minUses2(limitBytes: number): Policy {
  const seen = new Set<string>()
  const stored = queue()
  return (key, size) => {
    if (stored.refresh(key)) return true
    if (!seen.has(key)) {
      seen.add(key)
      return false
    }
    stored.add(key, size)
    while (stored.bytes > limitBytes) stored.shift()
    return false
  }
}

/** Yang et al., SOSP '23: a tenth in a small queue, ghosts for as much as the main one. */
export function s3Fifo(limitBytes: number): Policy {
  const [small, main, ghosts] = [queue(), queue(), queue()]
  const uses = new Map<string, number>()
  const shrink = (): void => {
    if (small.bytes > limitBytes / 10 || main.size === 0) {
      const [key, size] = small.shift()
      if ((uses.get(key) ?? 0) > 0) {
        main.add(key, size)
        uses.set(key, 0)
      } else {
        uses.delete(key)
        ghosts.add(key, size)
        while (ghosts.bytes > limitBytes * 0.9) ghosts.shift()
      }
      return
    }
    const [key, size] = main.shift()
    const used = uses.get(key) ?? 0
    if (used > 0) {
      uses.set(key, used - 1)
      main.add(key, size)
    } else uses.delete(key)
  }
  return (key, size) => {
    const used = uses.get(key)
    if (used !== undefined) {
      uses.set(key, Math.min(3, used + 1))
      return true
    }
    ;(ghosts.remove(key) ? main : small).add(key, size)
    uses.set(key, 0)
    while (small.bytes + main.bytes > limitBytes) shrink()
    return false
  }
}

/** Megiddo and Modha, FAST '03, by bytes. */
export function arc(limitBytes: number): Policy {
  const [recent, frequent, recentGhosts, frequentGhosts] = [queue(), queue(), queue(), queue()]
  let target = 0
  const replace = (forFrequentGhost: boolean): void => {
    const fromRecent = recent.size > 0 && (recent.bytes > target || (forFrequentGhost && recent.bytes >= target) || frequent.size === 0)
    const [key, size] = (fromRecent ? recent : frequent).shift()
    ;(fromRecent ? recentGhosts : frequentGhosts).add(key, size)
  }
  return (key, size) => {
    if (recent.remove(key)) {
      frequent.add(key, size)
      return true
    }
    if (frequent.refresh(key)) return true
    const wasRecent = recentGhosts.has(key)
    const wasFrequent = frequentGhosts.has(key)
    if (wasRecent) target = Math.min(limitBytes, target + size * Math.max(1, frequentGhosts.bytes / recentGhosts.bytes))
    if (wasFrequent) target = Math.max(0, target - size * Math.max(1, recentGhosts.bytes / frequentGhosts.bytes))
    recentGhosts.remove(key)
    frequentGhosts.remove(key)
    while (recent.bytes + frequent.bytes + size > limitBytes) replace(wasFrequent)
    ;(wasRecent || wasFrequent ? frequent : recent).add(key, size)
    while (recent.bytes + recentGhosts.bytes > limitBytes && recentGhosts.size > 0) recentGhosts.shift()
    while (recent.bytes + frequent.bytes + recentGhosts.bytes + frequentGhosts.bytes > 2 * limitBytes && frequentGhosts.size > 0) frequentGhosts.shift()
    return false
  }
}

/** Einziger et al., ACM TOS '17: a window of a hundredth, a segmented LRU behind it, admission by aged counts (exact here, which a sketch is not). */
export function wTinyLfu(limitBytes: number): Policy {
  const [window, probation, kept] = [queue(), queue(), queue()]
  let counts = new Map<string, number>()
  let asked = 0
  const countOf = (key: string): number => counts.get(key) ?? 0
  const age = (): void => {
    if (++asked < 10 * Math.max(100, probation.size + kept.size + window.size)) return
    asked = 0
    counts = new Map([...counts].flatMap(([key, count]) => (count > 1 ? [[key, count >> 1] as const] : [])))
  }
  return (key, size) => {
    counts.set(key, Math.min(15, countOf(key) + 1))
    age()
    if (window.refresh(key) || kept.refresh(key)) return true
    if (probation.remove(key)) {
      kept.add(key, size)
      while (kept.bytes > limitBytes * 0.99 * 0.8) probation.add(...kept.shift())
      return true
    }
    window.add(key, size)
    while (window.bytes > limitBytes / 100 && window.size > 1) {
      const [candidate, candidateSize] = window.shift()
      const mainLimit = limitBytes * 0.99
      if (probation.bytes + kept.bytes + candidateSize <= mainLimit) probation.add(candidate, candidateSize)
      else {
        const from = probation.size > 0 ? probation : kept
        if (countOf(candidate) > countOf(from.oldest())) {
          probation.add(candidate, candidateSize)
          while (probation.bytes + kept.bytes > mainLimit) (probation.size > 1 ? probation : kept).shift()
        }
      }
    }
    return false
  }
}

/** Keys in order with their sizes. */
function queue() {
  const sizes = new Map<string, number>()
  let bytes = 0
  const remove = (key: string): boolean => {
    const size = sizes.get(key)
    if (size === undefined) return false
    bytes -= size
    return sizes.delete(key)
  }
  const add = (key: string, size: number): void => {
    remove(key)
    sizes.set(key, size)
    bytes += size
  }
  return {
    get bytes() {
      return bytes
    },
    get size() {
      return sizes.size
    },
    has: (key: string) => sizes.has(key),
    remove,
    add,
    /** To the young end, if it is there. */
    refresh(key: string): boolean {
      const size = sizes.get(key)
      if (size === undefined) return false
      sizes.delete(key)
      sizes.set(key, size)
      return true
    },
    oldest: (): string => sizes.keys().next().value!,
    shift(): [string, number] {
      const [key, size] = sizes.entries().next().value!
      remove(key)
      return [key, size]
    },
  }
}

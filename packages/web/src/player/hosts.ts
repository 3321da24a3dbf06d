/** Several hosts serve the same paths: which is asked first, and which next. */

export type Hosts = {
  /** The address on every host, in the order in which to try them: those that failed lately come last. Foreign addresses as they are. */
  spread(address: string): string[]
  /** Nothing came from there. */
  failed(address: string): void
}

/** Then it is asked first again: if it still fails, that costs a request its first try. */
const avoidedForMs = 60_000

/** `origins` in order of preference. */
export function createHosts(origins: readonly string[], now: () => number = () => performance.now()): Hosts {
  const failedAt = new Map<string, number>()
  const isAvoided = (origin: string): boolean => now() - (failedAt.get(origin) ?? -Infinity) < avoidedForMs
  return {
    spread(address) {
      const { origin } = new URL(address)
      if (origins.length < 2 || !origins.includes(origin)) return [address]
      const avoided = origins.filter(isAvoided).sort((a, b) => failedAt.get(a)! - failedAt.get(b)!)
      return [...origins.filter((one) => !isAvoided(one)), ...avoided].map((one) => one + address.slice(origin.length))
    },
    failed(address) {
      if (URL.canParse(address)) failedAt.set(new URL(address).origin, now())
    },
  }
}

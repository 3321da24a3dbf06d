/** Names of what is not kept, up to as many bytes as they stood for: who comes again that soon is worth a place. */
export class Ghosts {
  readonly #limitBytes: number
  /** A Map keeps the order of insertion: the first is the oldest. */
  readonly #sizes = new Map<string, number>()
  #bytes = 0

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes
  }

  has(key: string): boolean {
    return this.#sizes.has(key)
  }

  /** As the newest. The oldest that are over the limit are forgotten. */
  remember(key: string, sizeBytes: number): void {
    this.forget(key)
    this.#sizes.set(key, sizeBytes)
    this.#bytes += sizeBytes
    while (this.#bytes > this.#limitBytes) this.forget(this.#sizes.keys().next().value!)
  }

  forget(key: string): void {
    const sizeBytes = this.#sizes.get(key)
    if (sizeBytes === undefined) return
    this.#sizes.delete(key)
    this.#bytes -= sizeBytes
  }
}

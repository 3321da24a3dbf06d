/** Joins concurrent calls for the same key into one. */

/** While a call for `key` runs, others for it share its result or its error; nothing is kept afterwards. */
export class SingleFlight<T> {
  readonly #running = new Map<string, Promise<T>>()

  run(key: string, call: () => Promise<T>): Promise<T> {
    const running = this.#running.get(key)
    if (running) return running
    const promise = call().finally(() => this.#running.delete(key))
    this.#running.set(key, promise)
    return promise
  }
}

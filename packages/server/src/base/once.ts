/** Calls that need not be made: those that run already, and those whose answer is young enough. */

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

/** `call`, whose answer serves for `keepMs` after it was asked for. An error is not kept. */
export function remembered<T>(call: () => Promise<T>, keepMs: number): () => Promise<T> {
  let kept: { answer: Promise<T>; since: number } | undefined
  return () => {
    if (kept && performance.now() - kept.since < keepMs) return kept.answer
    const own = { answer: call(), since: performance.now() }
    kept = own
    own.answer.catch(() => kept === own && (kept = undefined))
    return own.answer
  }
}

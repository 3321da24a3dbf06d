/** Turns a run that is handed a consumer into chunks that can be looped over, one at a time. */

type Run<End> = (write: (chunk: Buffer) => Promise<void>, signal: AbortSignal) => Promise<End>

/**
 * The chunks that `run` writes; the run waits while one is being looked at. Leaving the loop early aborts the run and
 * waits for its end. Rejects as the run does; `onEnd` gets its result, after the last chunk.
 */
export async function* streamOf<End>(run: Run<End>, signal: AbortSignal | undefined, onEnd: (end: End) => void): AsyncGenerator<Buffer> {
  const leaving = new AbortController()
  const either = signal ? AbortSignal.any([signal, leaving.signal]) : leaving.signal
  let offered: { chunk: Buffer; taken: () => void } | undefined
  let release = () => {}
  let wake = () => {}
  let finished = false
  const running = run((chunk) => {
    if (leaving.signal.aborted) return Promise.resolve()
    return new Promise((taken) => {
      offered = { chunk, taken }
      wake()
    })
  }, either).finally(() => {
    finished = true
    wake()
  })
  running.catch(() => {})
  try {
    for (;;) {
      if (!offered && !finished) await new Promise<void>((resolve) => (wake = resolve))
      if (!offered) break
      const { chunk, taken } = offered
      offered = undefined
      release = taken
      yield chunk
      taken()
    }
    onEnd(await running)
  } finally {
    leaving.abort()
    release()
    offered?.taken()
    await running.catch(() => {})
  }
}

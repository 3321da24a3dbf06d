/** The processors of one simulated encoder: runs share them, and those of a higher nice stand still, as media/give-way.ts has them do. */

export type Work = {
  cpuSeconds: number
  /** Cores that it can keep busy. */
  width: number
  nice: number
  signal?: AbortSignal
}

/** In seconds of this encoder, of any number of cores. */
export type Tally = {
  /** At least one task was in hand. */
  busy: number
  /** At least one run worked. */
  working: number
  /** Spent on runs of which nothing was used. */
  wasted: number
}

type Run = Work & { left: number; rate: number; took: number; resolve(took: number): void; reject(error: unknown): void }

export type Processor = {
  /** Resolves to the encoder-seconds that it took; rejects with the signal's reason. */
  run(work: Work): Promise<number>
  /** Tasks in hand: one more, or one less. */
  hold(change: 1 | -1): void
  /** Of a finished run: that share of it was of no use. */
  waste(seconds: number): void
  /** Everything ends where it is, and nobody is told. */
  kill(): void
  tally(): Tally
}

export function openProcessor(cores: number): Processor {
  const runs = new Set<Run>()
  const tally: Tally = { busy: 0, working: 0, wasted: 0 }
  let timer: NodeJS.Timeout | undefined
  let at = performance.now()
  let inHand = 0

  /** Brings everything up to now. */
  function advance(): void {
    const seconds = (performance.now() - at) / 1000
    at = performance.now()
    if (seconds === 0) return
    if (inHand > 0) tally.busy += seconds
    let total = 0
    for (const { rate } of runs) total += rate
    if (total === 0) return
    tally.working += seconds
    for (const run of runs) {
      run.left -= run.rate * seconds
      run.took += seconds * (run.rate / total)
    }
  }

  /** Shares the cores among the least nice, the narrowest first, and looks again when the first of them is done. */
  function share(): void {
    clearTimeout(timer)
    timer = undefined
    if (runs.size === 0) return
    let least = Infinity
    for (const { nice } of runs) least = Math.min(least, nice)
    const active: Run[] = []
    for (const run of runs) {
      run.rate = 0
      if (run.nice === least) active.push(run)
    }
    active.sort((a, b) => a.width - b.width)
    let free = cores
    let next = Infinity
    active.forEach((run, index) => {
      run.rate = Math.min(run.width, free / (active.length - index))
      free -= run.rate
      next = Math.min(next, run.left / run.rate)
    })
    if (next < Infinity) timer = setTimeout(settle, next * 1000)
  }

  function settle(): void {
    advance()
    for (const run of runs) {
      if (run.left > 1e-9) continue
      runs.delete(run)
      run.resolve(run.took)
    }
    share()
  }

  return {
    run: (work) =>
      new Promise((resolve, reject) => {
        const { signal } = work
        if (signal?.aborted) return reject(signal.reason as Error)
        advance()
        const end = () => signal?.removeEventListener('abort', onAbort)
        const run: Run = { ...work, left: work.cpuSeconds, rate: 0, took: 0, resolve: (took) => (end(), resolve(took)), reject }
        const onAbort = () => {
          advance()
          if (!runs.delete(run)) return
          tally.wasted += run.took
          reject(signal!.reason as Error)
          share()
        }
        signal?.addEventListener('abort', onAbort, { once: true })
        runs.add(run)
        share()
      }),
    hold(change) {
      advance()
      inHand += change
    },
    waste: (seconds) => void (tally.wasted += seconds),
    kill() {
      advance()
      for (const { took } of runs) tally.wasted += took
      runs.clear()
      clearTimeout(timer)
      inHand = 0
    },
    tally() {
      advance()
      return { ...tally }
    },
  }
}

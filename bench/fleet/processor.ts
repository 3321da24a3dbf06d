/** The processors of one simulated encoder: runs share them, and those of a higher nice stand still, as media/give-way.ts has them do. */

export type Work = {
  cpuSeconds: number
  /** Cores that it can keep busy. */
  width: number
  nice: number
  signal?: AbortSignal
}

/** In seconds of this encoder, of any number of cores: of one with four slots, a task in hand for a second is a quarter. */
export type Tally = {
  /** Tasks were in hand. */
  busy: number
  /** Of them, runs worked. */
  working: number
  /** Spent on runs of which nothing was used. */
  wasted: number
}

type Run = Work & { left: number; rate: number; took: number; resolve(took: number): void; reject(error: unknown): void }

export type Processor = {
  /** Resolves to the encoder-seconds that it took; rejects with the signal's reason. */
  run(work: Work): Promise<number>
  /** Tasks in hand: so many more or less. */
  hold(change: number): void
  /** Of a finished run: that share of it was of no use. */
  waste(seconds: number): void
  /** Everything ends where it is, and nobody is told. */
  kill(): void
  tally(): Tally
}

/** `slots`: tasks at once that are all of it; a viewer's or an opening's beside them is no more than all. */
export function openProcessor(cores: number, slots = 1): Processor {
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
    tally.busy += seconds * Math.min(1, inHand / slots)
    let [total, active] = [0, 0]
    for (const { rate } of runs) {
      total += rate
      if (rate > 0) active++
    }
    if (total === 0) return
    const worked = seconds * Math.min(1, Math.min(active, inHand) / slots)
    tally.working += worked
    for (const run of runs) {
      run.left -= run.rate * seconds
      run.took += worked * (run.rate / total)
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

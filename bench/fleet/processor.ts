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
  const places = Math.max(1, Math.floor(cores / 2))
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

  /** Shares the cores: the least nice first, of them the narrowest first; those that media/give-way.ts has stand still get none. Looks again when the first is done. */
  function share(): void {
    clearTimeout(timer)
    timer = undefined
    if (runs.size === 0) return
    const inOrder = [...runs].sort((a, b) => a.nice - b.nice)
    const least = inOrder[0]!.nice
    const active = inOrder.filter((run, place) => run.nice === least || place < places).sort((a, b) => a.nice - b.nice || a.width - b.width)
    for (const run of runs) run.rate = 0
    let free = cores
    let next = Infinity
    active.forEach((run, index) => {
      const peers = active.filter((other, place) => place >= index && other.nice === run.nice).length
      run.rate = Math.min(run.width, free / peers)
      free -= run.rate
      if (run.rate > 0) next = Math.min(next, run.left / run.rate)
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

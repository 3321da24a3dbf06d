/** Time that passes only when nobody has anything left to do: the timers and clocks of this thread, replaced. */

export type VirtualTime = {
  /** Milliseconds since it began. */
  now(): number
  /** Lets time pass up to that moment. All that was due before it has happened, with everything that followed at once. */
  runUntil(milliseconds: number): Promise<void>
}

/** What the clocks show at the beginning. */
const epochMs = Date.UTC(2026, 0, 1)

/** As a timer of Node's, as far as the product uses one. */
class Timer {
  run: (() => void) | undefined
  readonly everyMs: number | undefined
  constructor(run: () => void, everyMs?: number) {
    this.run = run
    this.everyMs = everyMs
  }
  unref(): this {
    return this
  }
}

/** Numbers that come out smallest first. */
class Heap {
  readonly #items: number[] = []
  get first(): number | undefined {
    return this.#items[0]
  }
  push(value: number): void {
    const items = this.#items
    let at = items.length
    for (let parent; at > 0 && items[(parent = (at - 1) >> 1)]! > value; at = parent) items[at] = items[parent]!
    items[at] = value
  }
  pop(): void {
    const items = this.#items
    const last = items.pop()!
    if (items.length === 0) return
    let at = 0
    for (let child; (child = 2 * at + 1) < items.length; at = child) {
      if (child + 1 < items.length && items[child + 1]! < items[child]!) child++
      if (items[child]! >= last) break
      items[at] = items[child]!
    }
    items[at] = last
  }
}

/**
 * For good: only for a thread of its own. Whole milliseconds, as Node's timers have; what is due in one of them happens in
 * the order in which it was asked for, so a run is the same every time as long as nothing waits for the outer world.
 */
export function installVirtualTime(): VirtualTime {
  const realImmediate = setImmediate
  /** Promises that are settled go on before the next immediate. */
  const settled = () => new Promise<void>((resolve) => realImmediate(resolve))
  const moments = new Heap()
  const due = new Map<number, Timer[]>()
  let now = 0

  const add = (timer: Timer, milliseconds: number): Timer => {
    const at = now + Math.max(1, Math.ceil(milliseconds) || 1)
    const others = due.get(at)
    if (others) others.push(timer)
    else {
      due.set(at, [timer])
      moments.push(at)
    }
    return timer
  }
  const clear = (timer?: Timer) => {
    if (timer) timer.run = undefined
  }
  Object.assign(globalThis, {
    setTimeout: (run: () => void, milliseconds = 1) => add(new Timer(run), milliseconds),
    setInterval: (run: () => void, milliseconds = 1) => add(new Timer(run, milliseconds), milliseconds),
    clearTimeout: clear,
    clearInterval: clear,
  })
  performance.now = () => now
  Date.now = () => epochMs + now

  return {
    now: () => now,
    async runUntil(milliseconds) {
      await settled()
      for (let next; (next = moments.first) !== undefined && next <= milliseconds; ) {
        moments.pop()
        now = next
        const timers = due.get(next)!
        due.delete(next)
        for (const timer of timers) {
          const { run, everyMs } = timer
          if (!run) continue
          if (everyMs !== undefined) add(timer, everyMs)
          run()
        }
        await settled()
      }
      now = Math.max(now, milliseconds)
    },
  }
}

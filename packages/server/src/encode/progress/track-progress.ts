/** Recounts a video after commits: at once where it matters, else so seldom that counting costs little beside encoding. */
import type { Plan } from '../../domain/plan.ts'
import type { EncodeDeps } from '../deps.ts'
import { recount } from './recount.ts'

export type ProgressTracker = {
  /** Slots of this revision were committed. `now`: somebody waits for the outcome (an opening), so it is counted before this resolves. */
  note(plan: Plan, options?: { now?: boolean }): Promise<void>
  /** Resolves when nothing noted is left uncounted. */
  drain(): Promise<void>
}

type Entry = { running?: Promise<void>; again: boolean; timer?: NodeJS.Timeout; failures: number; readyAtMs: number; plan: Plan }

/** Counting takes at most this share of the time: a video of twelve hours has megabytes of chunk documents. */
const restFactor = 20
const restMinMs = 200
const failuresMost = 5
const failureRestMs = 5000

/** A count that fails is tried again a few times; then, or if the process dies first, it is left to the reconciler. */
export function trackProgress(deps: EncodeDeps): ProgressTracker {
  const entries = new Map<string, Entry>()

  async function count(key: string, entry: Entry): Promise<void> {
    clearTimeout(entry.timer)
    entry.timer = undefined
    do {
      entry.again = false
      const startedAtMs = performance.now()
      await recount(deps, entry.plan)
      entry.failures = 0
      const endedAtMs = performance.now()
      entry.readyAtMs = endedAtMs + Math.max(restMinMs, restFactor * (endedAtMs - startedAtMs))
    } while (entry.again)
    if (!entry.timer) setTimeout(() => !entry.running && !entry.timer && entries.delete(key), 60_000).unref()
  }

  function start(key: string, entry: Entry): Promise<void> {
    if (entry.running) {
      entry.again = true
      return entry.running
    }
    entry.running = count(key, entry).finally(() => (entry.running = undefined))
    return entry.running
  }

  function later(key: string, entry: Entry, waitMs: number): void {
    entry.timer ??= setTimeout(() => {
      entry.timer = undefined
      start(key, entry).catch((error: unknown) => {
        entry.failures++
        deps.log.warn({ err: error, videoId: entry.plan.videoId, failures: entry.failures }, 'counting progress failed')
        if (entry.failures < failuresMost) later(key, entry, failureRestMs)
      })
    }, waitMs).unref()
  }

  return {
    async note(plan, options) {
      const key = `${plan.videoId}/${plan.revision}`
      const entry: Entry = entries.get(key) ?? { again: false, failures: 0, readyAtMs: 0, plan }
      // A tier may have joined it since it was noted first.
      entry.plan = plan
      entries.set(key, entry)
      const waitMs = entry.readyAtMs - performance.now()
      if (options?.now || waitMs <= 0) await start(key, entry)
      else later(key, entry, waitMs)
    },
    async drain() {
      for (const [key, entry] of entries) if (entry.timer || entry.running) await start(key, entry)
    },
  }
}

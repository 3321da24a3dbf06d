/** Runs one leased task to its end: done, given back, or lost. Never rejects. */
import { accountFor } from '../../base/spent-seconds.ts'
import { traced, type Attributes } from '../../base/tracer.ts'
import { parseMessage, type Message } from '../../domain/messages.ts'
import type { Lease } from '../../ports/queue.ts'
import type { BulkGate } from './bulk-gate.ts'
import { claimWork } from './claim-work.ts'
import type { EncodeDeps } from '../deps.ts'
import { GiveBack } from './errors.ts'
import { wordsOf } from './failure-detail.ts'
import { handleTask, isOutage } from './handle.ts'
import { holdLeases } from './hold-lease.ts'
import type { ProgressTracker } from '../progress/track-progress.ts'

/** The sweep counts on it: what is older than its grace has no worker any more (DESIGN §2.6). */
const taskTimeoutMs = 3_600_000

/** The leases of every task that runs in this process, by message: most have one. */
export type InFlight = Map<string, Lease[]>

export type TaskRun = {
  /** Gives the task back at once, without a delay. */
  stop: AbortSignal
  inFlight: InFlight
  /** Where bulk work waits for its place, its lease held; `movedUp` goes first. */
  bulk?: { gate: BulkGate; movedUp: boolean }
}

/**
 * A repetition of a task that runs here already joins it: this resolves at once, and the repetition ends with the first
 * (two viewers of one segment share one encode). One that runs in another process ends at once.
 */
export async function runTask(deps: EncodeDeps & { progress: ProgressTracker }, lease: Lease, { stop, inFlight, bulk }: TaskRun): Promise<void> {
  const message = parseMessage(lease.body)
  if (!message) return leaveToOthers(deps, lease)
  const key = JSON.stringify(message)
  const running = inFlight.get(key)
  if (running) return void running.push(lease)
  const leases = [lease]
  inFlight.set(key, leases)
  const abort = new AbortController()
  const onStop = () => abort.abort(stop.reason)
  if (stop.aborted) onStop()
  stop.addEventListener('abort', onStop, { once: true })
  const timer = setTimeout(() => abort.abort(new Error('the task ran for an hour')), taskTimeoutMs)
  const release = holdLeases(leases, abort, deps.log)
  let leave = () => {}
  let endClaim = async () => {}
  try {
    if (bulk) leave = await bulk.gate.enter({ first: bulk.movedUp, signal: abort.signal })
    const startedAt = performance.now()
    const claimed = await claimWork(deps, message, lease.attempt)
    if (claimed) {
      endClaim = claimed
      await accountFor(async (spent) => {
        const cpuSeconds = await traced(deps.tracer, message.kind, message.videoId, attributesOf(message, lease), async (note) => {
          await handleTask(deps, message, { signal: abort.signal, attempt: lease.attempt, priority: lease.priority })
          const seconds = spent()
          note({ 'cpu.seconds': seconds ?? 0 })
          return seconds
        })
        deps.measures?.observe('sluice_task_seconds', message.kind, (performance.now() - startedAt) / 1000)
        if (cpuSeconds !== undefined) deps.measures?.observe('sluice_task_cpu_seconds', String(lease.priority), cpuSeconds)
      })
    }
    inFlight.delete(key)
    await acknowledge(deps, leases)
  } catch (error) {
    inFlight.delete(key)
    const [first, ...others] = leases
    deps.measures?.count('sluice_tasks_given_back_total', message.kind)
    if (first) await giveBack(deps, first, error, stop.aborted)
    await acknowledge(deps, others)
  } finally {
    leave()
    await endClaim()
    release()
    clearTimeout(timer)
    stop.removeEventListener('abort', onStop)
  }
}

function attributesOf({ kind: _, videoId: __, ...fields }: Message, { priority, attempt }: Lease): Attributes {
  return { ...fields, priority, attempt }
}

/** A task that is not acked will be done again: a waste, no harm. */
async function acknowledge(deps: EncodeDeps, leases: Lease[]): Promise<void> {
  const outcomes = await Promise.allSettled(leases.map((lease) => lease.ack()))
  for (const outcome of outcomes) if (outcome.status === 'rejected') deps.log.warn({ err: outcome.reason as unknown }, 'task not acked')
}

/** Starts the reason of a task that was given back for no fault of its own, should it end among the dead letters. */
export const waitingPrefix = 'waiting: '

/** A newer version put it there, most likely: one of its encoders takes it, today or when the upgrade comes to them. */
async function leaveToOthers(deps: EncodeDeps, lease: Lease): Promise<void> {
  await lease.retry(delayOf(deps, lease.attempt, true), `${waitingPrefix}not a message that this version knows`).catch((error: unknown) => {
    deps.log.warn({ err: error, videoId: lease.videoId }, 'a task of another version was not given back')
  })
}

async function giveBack(deps: EncodeDeps, lease: Lease, error: unknown, stopped: boolean): Promise<void> {
  const said = stopped ? 'the worker stopped' : wordsOf(error)
  const reason = stopped || isOutage(error) ? `${waitingPrefix}${said}` : said
  if (!stopped) deps.log.warn({ err: error, task: lease.body, attempt: lease.attempt }, 'task given back')
  const delaySeconds = stopped ? 0 : error instanceof GiveBack ? error.delaySeconds : delayOf(deps, lease.attempt, isOutage(error))
  await lease.retry(delaySeconds, reason.slice(0, 500)).catch((failure: unknown) => {
    deps.log.warn({ err: failure, videoId: lease.videoId }, 'task not given back: its lease will run out')
  })
}

/** 1, 4, 16, 64 … seconds, at most 5 minutes; 1 minute where something that everybody needs is away. */
function delayOf(deps: EncodeDeps, attempt: number, outage: boolean): number {
  const most = deps.limits.fastDue ? 2 : outage ? 60 : 300
  return Math.min(most, 4 ** Math.min(attempt - 1, 8))
}

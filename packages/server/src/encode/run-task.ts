/** Runs one leased task to its end: done, given back, or lost. Never rejects. */
import { LeaseLost } from '../base/errors.ts'
import { parseMessage } from '../domain/messages.ts'
import type { Lease } from '../ports/queue.ts'
import type { EncodeDeps } from './deps.ts'
import { GiveBack } from './errors.ts'
import { handleTask, isOutage } from './handle.ts'
import { holdLease } from './hold-lease.ts'
import type { ProgressTracker } from './track-progress.ts'

/** The sweep counts on it: what is older than its grace has no worker any more (DESIGN §2.6). */
const taskTimeoutMs = 3_600_000

/** `stop` gives the task back at once, without a delay. */
export async function runTask(deps: EncodeDeps & { progress: ProgressTracker }, lease: Lease, stop: AbortSignal): Promise<void> {
  const message = parseMessage(lease.body)
  const abort = new AbortController()
  const onStop = () => abort.abort(stop.reason)
  if (stop.aborted) onStop()
  stop.addEventListener('abort', onStop, { once: true })
  const timer = setTimeout(() => abort.abort(new Error('the task ran for an hour')), taskTimeoutMs)
  const release = holdLease(lease, abort, deps.log)
  try {
    if (!message) return await lease.bury('not a message that this version knows')
    await handleTask(deps, message, { signal: abort.signal, attempt: lease.attempt })
    await lease.ack()
  } catch (error) {
    await giveBack(deps, lease, error, { lost: abort.signal.reason instanceof LeaseLost, stopped: stop.aborted })
  } finally {
    release()
    clearTimeout(timer)
    stop.removeEventListener('abort', onStop)
  }
}

/** Starts the reason of a task that was given back for no fault of its own, should it end among the dead letters. */
export const waitingPrefix = 'waiting: '

async function giveBack(deps: EncodeDeps, lease: Lease, error: unknown, why: { lost: boolean; stopped: boolean }): Promise<void> {
  if (why.lost) return
  const said = why.stopped ? 'the worker stopped' : error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  const reason = why.stopped || isOutage(error) ? `${waitingPrefix}${said}` : said
  if (!why.stopped) deps.log.warn({ err: error, task: lease.body, attempt: lease.attempt }, 'task given back')
  const delaySeconds = why.stopped ? 0 : error instanceof GiveBack ? error.delaySeconds : delayOf(deps, lease.attempt, isOutage(error))
  await lease.retry(delaySeconds, reason.slice(0, 500)).catch((failure: unknown) => {
    deps.log.warn({ err: failure, videoId: lease.videoId }, 'task not given back: its lease will run out')
  })
}

/** 1, 4, 16, 64 … seconds, at most 5 minutes; 1 minute where something that everybody needs is away. */
function delayOf(deps: EncodeDeps, attempt: number, outage: boolean): number {
  const most = deps.limits.fastDue ? 2 : outage ? 60 : 300
  return Math.min(most, 4 ** Math.min(attempt - 1, 8))
}

/** The worker: loops that take tasks and run them, so that viewers and openings never wait for bulk work. */
import { backoffMs } from '../base/retry.ts'
import { sleep } from '../base/time.ts'
import { parseMessage, taskOf, type Message } from '../domain/messages.ts'
import type { Lease, Priority } from '../ports/queue.ts'
import type { EncodeDeps } from './deps.ts'
import { leaseSeconds } from './hold-lease.ts'
import { runTask, type InFlight } from './run-task.ts'
import type { ProgressTracker } from './track-progress.ts'

export type Worker = {
  /** Takes nothing more, gives bulk tasks back at once, lets express tasks end for a while, then gives them back too. */
  stop(): Promise<void>
}

const expressDrainMs = 8000
const waitSeconds = 10
const idlePauseMs = 5

/** Wanted soon but never worth an opening's wait (whole passes over the sound, posters): run aside of the express loop, so many at most. */
const isAside = (message: Message | undefined): message is Message => message?.kind === 'audio' || message?.kind === 'poster'
const asideAtOnce = 2
const asideDelaySeconds = 5

/**
 * One loop for waiting viewers alone, one for them and openings, and `slots` loops for everything. A bulk loop that has
 * just done urgent work asks for bulk work first, so that a stream of openings can't starve the ladder.
 */
export function startWorker(deps: EncodeDeps & { progress: ProgressTracker }): Worker {
  const stopTaking = new AbortController()
  const stopBulk = new AbortController()
  const stopExpress = new AbortController()
  const aside = new Set<Promise<void>>()
  const inFlight: InFlight = new Map()
  const runUntil = (lease: Lease, stop: AbortController) => runTask(deps, lease, { stop: stop.signal, inFlight })

  async function take(priorities: Priority[], wait: number): Promise<Lease | undefined> {
    return deps.queue.take({ priorities, leaseSeconds, waitSeconds: wait, signal: stopTaking.signal })
  }

  /** Takes and runs until told to stop; a queue that is away is asked again and again. */
  async function loop(next: () => Promise<Lease | undefined>, run: (lease: Lease) => Promise<void>): Promise<void> {
    let failures = 0
    while (!stopTaking.signal.aborted) {
      try {
        const lease = await next()
        failures = 0
        if (lease) await run(lease)
        // A queue that is closed answers at once; without a pause that would be a busy loop.
        else await sleep(idlePauseMs, stopTaking.signal)
      } catch (error) {
        failures++
        deps.log.warn({ err: error, failures }, 'no task could be taken')
        await sleep(backoffMs(failures, 200, 10_000), stopTaking.signal)
      }
    }
  }

  async function runExpress(lease: Lease): Promise<void> {
    const message = parseMessage(lease.body)
    if (!isAside(message)) return runUntil(lease, stopExpress)
    if (aside.size >= asideAtOnce) {
      await deps.queue.enqueue(taskOf(message, asideDelaySeconds))
      return lease.ack()
    }
    const task = runUntil(lease, stopBulk).finally(() => aside.delete(task))
    aside.add(task)
  }

  function startBulk(): Promise<void> {
    let urgentBefore = false
    const next = async () => (urgentBefore && (await take([2, 3], 0))) || take([0, 1, 2, 3], waitSeconds)
    return loop(next, async (lease) => {
      urgentBefore = lease.priority <= 1
      await runUntil(lease, urgentBefore ? stopExpress : stopBulk)
    })
  }

  const loops = [
    loop(() => take([0], waitSeconds), (lease) => runUntil(lease, stopExpress)),
    loop(() => take([0, 1], waitSeconds), runExpress),
    ...Array.from({ length: deps.limits.slots }, startBulk),
  ]

  return {
    async stop() {
      stopTaking.abort()
      stopBulk.abort(new Error('the worker stops'))
      const timer = setTimeout(() => stopExpress.abort(new Error('the worker stops')), expressDrainMs)
      await Promise.all(loops)
      await Promise.all(aside)
      clearTimeout(timer)
    },
  }
}

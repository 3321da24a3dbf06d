/** The worker: loops that take tasks and run them, so that viewers and openings never wait for bulk work. */
import { availableParallelism } from 'node:os'
import { backoffMs } from '../../base/retry.ts'
import { sleep } from '../../base/time.ts'
import { parseMessage, taskOf, type Message } from '../../domain/messages.ts'
import type { Lease, Priority } from '../../ports/queue.ts'
import { openBulkGate } from './bulk-gate.ts'
import type { EncodeDeps } from '../deps.ts'
import { leaseSeconds } from './hold-lease.ts'
import { runTask, type InFlight } from './run-task.ts'
import type { ProgressTracker } from '../progress/track-progress.ts'

export type Worker = {
  /** Takes nothing more, gives bulk tasks back at once, lets express tasks end for a while, then gives them back too. */
  stop(): Promise<void>
}

const expressDrainMs = 8000
const waitSeconds = 10
const idlePauseMs = 5

/**
 * Wanted soon but never worth an opening's wait, so run aside of the express loop, so many at most: whole passes over the
 * sound and posters, copies of sources that can't be sought in, and a chunk that was moved up because somebody watches it,
 * which waits for a bulk place.
 */
const asideAtOnce = { sound: 2, copy: 2, chunk: 1 }
const asideDelaySeconds = 5
const asideKinds: Partial<Record<Message['kind'], keyof typeof asideAtOnce>> = { audio: 'sound', poster: 'sound', remux: 'copy', chunk: 'chunk' }
const asideOf = (message: Message | undefined): keyof typeof asideAtOnce | undefined => message && asideKinds[message.kind]

/** Each has a seat of its own for those who wait: the picture and the sound of one seek at the least. */
const viewersAtOnce = Math.max(2, availableParallelism())
/** A slow opening must not hold up a short clip's. */
const openingsAtOnce = Math.max(2, availableParallelism())

/**
 * Loops for waiting viewers alone, some for them and openings, and `slots` loops for everything. A bulk loop that has
 * just done urgent work asks for bulk work first, so that a stream of openings can't starve the ladder.
 */
export function startWorker(deps: EncodeDeps & { progress: ProgressTracker }): Worker {
  const stopTaking = new AbortController()
  const stopBulk = new AbortController()
  const stopExpress = new AbortController()
  const aside = { sound: new Set<Promise<void>>(), copy: new Set<Promise<void>>(), chunk: new Set<Promise<void>>() }
  const inFlight: InFlight = new Map()
  const gate = openBulkGate(deps.limits.slots)
  const runUrgent = (lease: Lease) => runTask(deps, lease, { stop: stopExpress.signal, inFlight })
  const runAside = (lease: Lease) => runTask(deps, lease, { stop: stopBulk.signal, inFlight })
  const runBulk = (lease: Lease) => runTask(deps, lease, { stop: stopBulk.signal, inFlight, bulk: { gate, movedUp: lease.priority <= 1 } })

  const isTaken = (priority: Priority): boolean => deps.limits.priorities?.includes(priority) ?? true

  /** Of those that this encoder takes. */
  async function take(wanted: Priority[], wait: number): Promise<Lease | undefined> {
    const priorities = wanted.filter(isTaken)
    return priorities.length === 0 ? undefined : deps.queue.take({ priorities, leaseSeconds, waitSeconds: wait, signal: stopTaking.signal })
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
    const kind = asideOf(message)
    if (!message || !kind) return runUrgent(lease)
    if (aside[kind].size >= asideAtOnce[kind]) {
      await deps.queue.enqueue({ ...taskOf(message, asideDelaySeconds), priority: lease.priority })
      return lease.ack()
    }
    const task = (kind === 'chunk' ? runBulk(lease) : runAside(lease)).finally(() => aside[kind].delete(task))
    aside[kind].add(task)
  }

  function startBulk(): Promise<void> {
    let urgentBefore = false
    const next = async () => (urgentBefore && (await take([2, 3], 0))) || take([0, 1, 2, 3], waitSeconds)
    return loop(next, async (lease) => {
      const isBulk = lease.priority > 1 || parseMessage(lease.body)?.kind === 'chunk'
      urgentBefore = lease.priority <= 1
      await (isBulk ? runBulk(lease) : runUrgent(lease))
    })
  }

  const loops = [
    ...Array.from({ length: isTaken(0) ? viewersAtOnce : 0 }, () => loop(() => take([0], waitSeconds), runUrgent)),
    ...Array.from({ length: isTaken(0) || isTaken(1) ? openingsAtOnce : 0 }, () => loop(() => take([0, 1], waitSeconds), runExpress)),
    ...Array.from({ length: deps.limits.slots }, startBulk),
  ]

  return {
    async stop() {
      stopTaking.abort()
      stopBulk.abort(new Error('the worker stops'))
      const timer = setTimeout(() => stopExpress.abort(new Error('the worker stops')), expressDrainMs)
      await Promise.all(loops)
      await Promise.all([...aside.sound, ...aside.copy, ...aside.chunk])
      clearTimeout(timer)
    },
  }
}

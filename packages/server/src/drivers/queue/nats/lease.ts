/** A task in hand: its time, its acknowledgement, and whether somebody else has it by now. */
import { DriverUnavailable, LeaseLost } from '../../../base/errors.ts'
import type { Lease } from '../../../ports/queue.ts'
import { checkSeconds } from '../../../ports/queue-arguments.ts'
import type { Delivery } from './delivery.ts'
import { ackWaitSeconds } from './streams.ts'

/** What a lease needs of the driver. */
export type LeaseDeps = {
  /** Sends `+ACK`, `+WPI` (in progress) and such, and waits for the server's word. DriverUnavailable. */
  answer(delivery: Delivery, word: '+ACK' | '+WPI'): Promise<void>
  /** The same without waiting; lost if there is no connection. */
  tell(delivery: Delivery, word: '-NAK' | '+WPI'): void
  giveBack(delivery: Delivery, delaySeconds: number, reason: string): Promise<void>
  bury(delivery: Delivery, reason: string): Promise<void>
  /** Whoever is delivered the same message later calls `lose` of what was registered before. */
  register(delivery: Delivery, lose: () => void): () => void
}

/**
 * The server knows one lease, of `ackWaitSeconds`. A longer one is renewed here until it ends, a shorter one is given back
 * here when it ends; so with a process only its last `ackWaitSeconds` are lost.
 */
export function leaseOf(deps: LeaseDeps, delivery: Delivery, leaseSeconds: number, maxAttempts: number): Lease {
  const { body, priority, videoId, attempt } = delivery
  let state: 'held' | 'expired' | 'lost' | 'done' = 'held'
  let timers: NodeJS.Timeout[] = []
  const stopTimers = () => {
    for (const timer of timers) clearInterval(timer)
    timers = []
  }
  const end = (how: 'lost' | 'done') => {
    state = how
    stopTimers()
    unregister()
  }
  const unregister = deps.register(delivery, () => state !== 'done' && end('lost'))

  const startTimers = () => {
    stopTimers()
    if (leaseSeconds > ackWaitSeconds) timers.push(setInterval(() => deps.tell(delivery, '+WPI'), (ackWaitSeconds * 1000) / 3).unref())
    const expire = () => {
      stopTimers()
      state = 'expired'
      deps.tell(delivery, '-NAK')
    }
    if (leaseSeconds !== ackWaitSeconds) timers.push(setTimeout(expire, leaseSeconds * 1000).unref())
  }
  startTimers()

  /** Once: what ended, or is another's, is left alone. After an error it may be tried again. */
  const finish = async (act: () => Promise<void>): Promise<void> => {
    if (state === 'lost' || state === 'done') return
    const before = state
    end('done')
    try {
      await act()
    } catch (error) {
      state = before
      throw error
    }
  }

  return {
    body,
    priority,
    videoId,
    attempt,
    async extend() {
      if (state !== 'held') throw new LeaseLost(`the lease of task ${delivery.id} was lost`)
      await deps.answer(delivery, '+WPI')
      if (state === 'held') startTimers()
    },
    ack: () => finish(() => deps.answer(delivery, '+ACK')),
    async retry(delaySeconds, reason) {
      checkSeconds(delaySeconds, 'delay')
      await finish(() => (attempt >= maxAttempts ? deps.bury(delivery, reason) : deps.giveBack(delivery, delaySeconds, reason)))
    },
    bury: (reason) => finish(() => deps.bury(delivery, reason)),
  }
}

/** An acknowledgement that was not confirmed may have arrived; the task then does not come again. */
export const unconfirmed = (delivery: Delivery, error: unknown): DriverUnavailable => new DriverUnavailable(`task ${delivery.id}: the answer was not confirmed`, { cause: error })

/** One encoder of the fleet: the product's own worker over a timed media room, with ports that fall silent when it is killed. */
import type { Log } from '../../packages/server/src/base/log.ts'
import type { EncodeDeps, EncodeLimits } from '../../packages/server/src/encode/deps.ts'
import { trackProgress } from '../../packages/server/src/encode/progress/track-progress.ts'
import { startReconciler } from '../../packages/server/src/encode/reconcile/reconcile.ts'
import { startWorker } from '../../packages/server/src/encode/worker/work.ts'
import { LeaseLost } from '../../packages/server/src/base/errors.ts'
import type { Documents } from '../../packages/server/src/ports/documents.ts'
import type { Objects } from '../../packages/server/src/ports/objects.ts'
import type { Lease, Queue } from '../../packages/server/src/ports/queue.ts'
import type { FleetQueue } from './fleet-queue.ts'
import type { Signals } from '../../packages/server/src/ports/signals.ts'
import { openTimedRoom, type Film } from './media-room.ts'
import { openProcessor, type Processor, type Tally } from './processor.ts'
import type { Random } from './draws.ts'

export type EncoderWorld = {
  documents: Documents
  objects: Objects
  queue: FleetQueue
  signals: Signals
  log: Log
  limits: EncodeLimits
  random: Random
  filmOf(videoId: string): Film | undefined
  hangShare: number
}

export type SimulatedEncoder = {
  /** As a kill -9: nothing of it is heard any more. */
  kill(): void
  /** As a SIGTERM: resolves when it has drained. */
  stop(): Promise<void>
  tally(): Tally
}

const never = new Promise<never>(() => {})

export function startSimulatedEncoder(world: EncoderWorld): SimulatedEncoder {
  const processor = openProcessor(world.limits.cores!, world.limits.slots)
  let killed = false
  const isDead = () => killed
  const deps: EncodeDeps = {
    documents: silenced(world.documents, isDead),
    objects: silenced(world.objects, isDead),
    queue: heldQueue(silenced(world.queue, isDead), processor, isDead),
    signals: world.signals,
    log: world.log,
    clock: Date.now,
    media: openTimedRoom({ processor, bulkCores: world.limits.cores! / world.limits.slots, filmOf: world.filmOf, random: world.random, hangShare: world.hangShare }),
    limits: world.limits,
  }
  const worker = startWorker({ ...deps, progress: trackProgress(deps) })
  const reconciler = startReconciler(deps, async () => undefined)
  return {
    kill() {
      killed = true
      processor.kill()
    },
    async stop() {
      await Promise.all([worker.stop(), reconciler.stop()])
      processor.kill()
    },
    tally: processor.tally,
  }
}

/** A port of which a dead process hears no answer, and which hears nothing of it. */
function silenced<Port extends object>(port: Port, isDead: () => boolean): Port {
  const made: Record<string, unknown> = {}
  for (const [name, method] of Object.entries(port) as [string, (...given: unknown[]) => Promise<unknown>][]) {
    if (typeof method !== 'function') continue
    made[name] = (...given: unknown[]) => (isDead() ? never : method(...given).then(
      (value) => (isDead() ? never : value),
      (error: unknown) => (isDead() ? never : Promise.reject(error as Error)),
    ))
  }
  return made as Port
}

/** Tells the processor how many tasks are in hand. */
function heldQueue(queue: FleetQueue, processor: Processor, isDead: () => boolean): Queue {
  const counted = (lease: Lease): Lease => {
    processor.hold(1)
    let isHeld = true
    const end = () => {
      if (isHeld) processor.hold(-1)
      isHeld = false
    }
    const ending = async (act: Promise<void>): Promise<void> => {
      await act
      end()
    }
    return {
      ...lease,
      extend: () => lease.extend().catch((error: unknown) => {
        if (error instanceof LeaseLost) end()
        throw error
      }),
      ack: () => ending(lease.ack()),
      retry: (delaySeconds, reason) => ending(lease.retry(delaySeconds, reason)),
      bury: (reason) => ending(lease.bury(reason)),
    }
  }
  return {
    ...queue,
    async take(options) {
      const lease = await queue.take({ ...options, isDead })
      return lease && counted(lease)
    },
  }
}

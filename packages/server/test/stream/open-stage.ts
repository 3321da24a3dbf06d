/** Embedded drivers in a temporary directory, with counted reads, faults on demand and a clock that can be set forward. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Log } from '../../src/base/log.ts'
import type { Clock } from '../../src/base/time.ts'
import { openSqliteDocuments } from '../../src/drivers/documents/sqlite/open.ts'
import { openDirectoryObjects } from '../../src/drivers/objects/directory/open.ts'
import { openProcessSignals } from '../../src/drivers/signals/process/open.ts'
import { openSqliteQueue } from '../../src/drivers/queue/sqlite/open.ts'
import { sendProblem } from '../../src/http/problem.ts'
import type { Documents } from '../../src/ports/documents.ts'
import type { Objects } from '../../src/ports/objects.ts'
import type { Queue } from '../../src/ports/queue.ts'
import type { Signals } from '../../src/ports/signals.ts'

export type Stage = {
  documents: Documents
  objects: Objects
  queue: Queue
  signals: Signals
  log: Log
  logged: string[]
  clock: Clock
  forward(milliseconds: number): void
  /** Calls that reached the stores. */
  counts: { objectReads: number; documentReads: number; enqueued: number }
  /** While set, the store's calls reject with it. */
  faults: { objects?: Error; documents?: Error; queue?: Error }
  /** While set, object reads wait for it. */
  gates: { objects?: Promise<void> }
}

/** Closed and removed after the test. */
export async function openStage(t: TestContext): Promise<Stage> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-stream-'))
  let ahead = 0
  const clock = () => 1_790_000_000_000 + ahead
  const logged: string[] = []
  const write = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields, (_, value) => (value instanceof Error ? value.message : value))}`)
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log }
  const documents = await openSqliteDocuments({ path: join(dir, 'documents.sqlite'), log })
  const queue = await openSqliteQueue({ path: join(dir, 'queue.sqlite'), log })
  const signals = openProcessSignals({ log })
  const { objects } = await openDirectoryObjects({ dir: join(dir, 'objects'), secret: 'of this test', readBaseUrl: () => '', sendProblem, log })
  t.after(async () => {
    await Promise.all([documents.close(), queue.close(), signals.close(), objects.close()])
    await rm(dir, { recursive: true, force: true })
  })
  const counts: Stage['counts'] = { objectReads: 0, documentReads: 0, enqueued: 0 }
  const faults: Stage['faults'] = {}
  const gates: Stage['gates'] = {}
  return {
    documents: {
      ...documents,
      async get(table, pk, sk) {
        counts.documentReads++
        if (faults.documents) throw faults.documents
        return documents.get(table, pk, sk)
      },
      async range(table, pk, query) {
        if (faults.documents) throw faults.documents
        return documents.range(table, pk, query)
      },
    },
    objects: {
      ...objects,
      async get(bucket, key, range, signal) {
        counts.objectReads++
        if (faults.objects) throw faults.objects
        await gates.objects
        return objects.get(bucket, key, range, signal)
      },
    },
    queue: {
      ...queue,
      async enqueue(task) {
        if (faults.queue) throw faults.queue
        counts.enqueued++
        return queue.enqueue(task)
      },
    },
    signals,
    log,
    logged,
    clock,
    forward: (milliseconds) => void (ahead += milliseconds),
    counts,
    faults,
    gates,
  }
}

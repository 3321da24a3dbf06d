/** Removes expired documents in small steps; reads do not see them anyway. */
import type { Log } from '../../../base/log.ts'
import type { Clock } from '../../../base/time.ts'
import type { SqliteThread } from '../../sqlite-thread/open.ts'
import type { DocumentRequest } from './requests.ts'

const stepDocuments = 200
const pauseMs = 20
const restMs = 10_000

/** Until the returned function resolves. A step that fails is tried again after the rest. */
export function startPurge(thread: SqliteThread<DocumentRequest>, clock: Clock, log?: Log): () => Promise<void> {
  let timer: NodeJS.Timeout
  let running: Promise<void> = Promise.resolve()
  let stopped = false
  const after = (milliseconds: number) => {
    timer = setTimeout(() => (running = step()), milliseconds).unref()
  }
  const step = async () => {
    let purged = 0
    try {
      purged = await thread.call<number>({ kind: 'purge', limit: stepDocuments, nowMs: clock() })
    } catch (error) {
      log?.warn({ err: error }, 'expired documents could not be purged')
    }
    if (!stopped) after(purged === stepDocuments ? pauseMs : restMs)
  }
  after(restMs)
  return async () => {
    stopped = true
    clearTimeout(timer)
    await running
  }
}

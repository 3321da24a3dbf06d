/** The worker thread's side: drains what waits, answers reads at once and writes after one commit for all of them. */
import { flushCompileCache } from 'node:module'
import type { DatabaseSync } from 'node:sqlite'
import { parentPort, receiveMessageOnPort, type MessagePort } from 'node:worker_threads'
import { VersionConflict } from '../../base/errors.ts'
import type { Answer, Asked, FromThread, ToThread } from './protocol.ts'

export type Work<Request> = {
  isRead: (request: Request) => boolean
  /** Runs inside a transaction if it is no read. VersionConflict must be thrown before anything is written. */
  perform: (request: Request) => unknown
}

/** Bounds how long the first writer of a group waits for the last one's work. */
const groupLimit = 1000

/**
 * Opens the database and serves until told to close. Reads of a group go first: none of its writes has been
 * acknowledged, so no caller can tell, and reads then wait for no disk.
 */
export function serveRequests<Request>(open: () => { database: DatabaseSync; work: Work<Request> }): void {
  const port = parentPort!
  const tell = (message: FromThread) => port.postMessage(message)
  let opened: ReturnType<typeof open>
  try {
    opened = open()
  } catch (error) {
    tell({ failed: (error as Error).message })
    port.close()
    return
  }
  const { database, work } = opened
  port.on('message', (first: ToThread<Request>) => {
    const { asked, close } = drain(port, first)
    const reads = asked.filter(({ request }) => work.isRead(request))
    if (reads.length > 0) tell({ answers: reads.map((one) => perform(one, work)) })
    const writes = asked.filter(({ request }) => !work.isRead(request))
    if (writes.length > 0) tell({ answers: commit(database, writes, work) })
    if (!close) return
    database.close()
    port.close()
  })
  flushCompileCache()
  tell({ ready: true })
}

function drain<Request>(port: MessagePort, first: ToThread<Request>): { asked: Asked<Request>[]; close: boolean } {
  const asked: Asked<Request>[] = []
  for (let message: ToThread<Request> | undefined = first; message; ) {
    if ('close' in message) return { asked, close: true }
    asked.push(...message.asked)
    message = asked.length < groupLimit ? (receiveMessageOnPort(port)?.message as ToThread<Request> | undefined) : undefined
  }
  return { asked, close: false }
}

/** A conflict is one request's own; any other error undoes the group, which is then tried again one by one. */
function commit<Request>(database: DatabaseSync, writes: Asked<Request>[], work: Work<Request>): Answer[] {
  try {
    database.exec('BEGIN IMMEDIATE')
    const answers = writes.map(({ id, request }) => attempt(id, () => work.perform(request)))
    database.exec('COMMIT')
    return answers
  } catch (error) {
    undo(database)
    if (writes.length > 1) return writes.flatMap((one) => commit(database, [one], work))
    return [{ id: writes[0]!.id, unavailable: (error as Error).message }]
  }
}

function undo(database: DatabaseSync): void {
  // A full disk or an I/O error has SQLite roll back by itself: there is nothing to undo then.
  if (database.isTransaction) database.exec('ROLLBACK')
}

function perform<Request>({ id, request }: Asked<Request>, work: Work<Request>): Answer {
  try {
    return attempt(id, () => work.perform(request))
  } catch (error) {
    return { id, unavailable: (error as Error).message }
  }
}

function attempt(id: number, call: () => unknown): Answer {
  try {
    return { id, value: call() }
  } catch (error) {
    if (error instanceof VersionConflict) return { id, conflict: error.message }
    throw error
  }
}

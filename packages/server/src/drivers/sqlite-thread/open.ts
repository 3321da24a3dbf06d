/** The event loop's side of a SQLite worker thread: asks, matches answers, restarts a thread that died. */
import { Worker } from 'node:worker_threads'
import { DriverUnavailable, VersionConflict } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Answer, Asked, FromThread, ToThread } from './protocol.ts'

export type SqliteThread<Request> = {
  /** Rejects with VersionConflict or DriverUnavailable. */
  call<Value>(request: Request): Promise<Value>
  /** Finishes what was asked, then ends the thread. */
  close(): Promise<void>
}

type Waiting = { resolve: (value: any) => void; reject: (error: Error) => void }

/** Starts `entry` (a module that calls serveRequests) with `data`. Rejects with DriverUnavailable when its file can't be opened. */
export async function openSqliteThread<Request>(options: { entry: URL; name: string; data: { path: string; [more: string]: unknown }; log?: Log }): Promise<SqliteThread<Request>> {
  const waiting = new Map<number, Waiting>()
  let lastId = 0
  let outbox: Asked<Request>[] = []
  let closed = false
  let starting: Promise<Worker> | undefined = start()
  await starting

  function start(): Promise<Worker> {
    const worker = new Worker(options.entry, { name: options.name, workerData: options.data, execArgv: ['--disable-warning=ExperimentalWarning'] })
    return new Promise((resolve, reject) => {
      worker.on('message', (message: FromThread) => {
        if ('ready' in message) {
          // An idle thread must not keep a process alive that has nothing else to do.
          if (waiting.size === 0) worker.unref()
          resolve(worker)
        } else if ('failed' in message) reject(new DriverUnavailable(`${options.data.path}: ${message.failed}`))
        else for (const answer of message.answers) settle(answer, worker)
      })
      worker.on('error', (error) => options.log?.error({ err: error, thread: options.name }, 'database thread failed'))
      worker.on('exit', () => {
        starting = undefined
        const error = new DriverUnavailable(`${options.data.path}: the database thread ended`)
        reject(error)
        for (const { reject } of waiting.values()) reject(error)
        waiting.clear()
      })
    })
  }

  function settle(answer: Answer, worker: Worker): void {
    const asker = waiting.get(answer.id)
    waiting.delete(answer.id)
    if (waiting.size === 0) worker.unref()
    if (!asker) return
    if ('conflict' in answer) asker.reject(new VersionConflict(answer.conflict))
    else if ('unavailable' in answer) asker.reject(new DriverUnavailable(`${options.data.path}: ${answer.unavailable}`))
    else asker.resolve(answer.value)
  }

  function send(worker: Worker): void {
    const asked = outbox.filter(({ id }) => waiting.has(id))
    outbox = []
    if (asked.length === 0) return
    worker.ref()
    worker.postMessage({ asked } satisfies ToThread<Request>)
  }

  function refuse(asked: Asked<Request>[], error: Error): void {
    for (const { id } of asked) waiting.get(id)?.reject(error)
    for (const { id } of asked) waiting.delete(id)
  }

  function flush(): void {
    starting ??= start()
    starting.then(send, (error: Error) => refuse(outbox.splice(0), error))
  }

  return {
    call<Value>(request: Request): Promise<Value> {
      if (closed) return Promise.reject(new DriverUnavailable(`${options.data.path}: closed`))
      const id = ++lastId
      return new Promise<Value>((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        if (outbox.push({ id, request }) === 1) queueMicrotask(flush)
      })
    },
    async close() {
      if (closed) return
      closed = true
      const worker = await starting?.catch(() => undefined)
      if (!worker) return
      send(worker)
      const ended = new Promise((resolve) => worker.once('exit', resolve))
      worker.ref()
      worker.postMessage({ close: true } satisfies ToThread<Request>)
      await ended
    },
  }
}

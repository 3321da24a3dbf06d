/** A whole api over the embedded drivers in a temporary directory, listening on a free port, with a clock that tests can set forward. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { ProblemCode } from '@sluice/contract'
import assert from 'node:assert/strict'
import type { Log } from '../../src/base/log.ts'
import { readSettings } from '../../src/config/read.ts'
import { openMemoryCache } from '../../src/drivers/cache/memory/open.ts'
import { openSqliteDocuments } from '../../src/drivers/documents/sqlite/open.ts'
import { openDirectoryObjects } from '../../src/drivers/objects/directory/open.ts'
import { openSqliteQueue } from '../../src/drivers/queue/sqlite/open.ts'
import { openProcessSignals } from '../../src/drivers/signals/process/open.ts'
import { listen } from '../../src/http/listen.ts'
import { sendProblem } from '../../src/http/problem.ts'
import { createApi, type ApiOptions } from '../../src/roles/api.ts'
import type { Ports } from '../../src/roles/open-drivers.ts'
import { uploadDepsOf } from '../../src/roles/upload-deps.ts'
import type { UploadDeps } from '../../src/upload/deps.ts'

export type Answer = { status: number; headers: Headers; body: any }
export type CallOptions = { token?: string; body?: unknown; headers?: Record<string, string> }

export type Api = Ports & {
  origin: string
  dir: string
  /** What uploads are handed, for calling their functions beside the routes. */
  uploads: UploadDeps
  /** Everything logged, as text. */
  logged: string[]
  /** Sets the clock of api and drivers forward. */
  forward(milliseconds: number): void
  now(): number
  /** Below /api/v1. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>
  /** Asserts a problem of that code and answers its body. */
  refused(code: ProblemCode, method: string, path: string, options?: CallOptions): Promise<any>
  /** A new account's token and id. */
  signUp(handle: string): Promise<{ token: string; id: string }>
}

export type StartOptions = {
  settings?: Record<string, string>
  /** Puts a test's own ports in the place of the opened ones. */
  change?: (ports: Ports) => Partial<Ports>
  siteDirectory?: string
} & Partial<Pick<ApiOptions, 'routes' | 'signPath'>>

/** Closed and removed after the test. */
export async function startApi(t: TestContext, options: StartOptions = {}): Promise<Api> {
  const dir = await mkdtemp(join(tmpdir(), 'sluice-api-'))
  const closers: (() => Promise<unknown>)[] = [() => rm(dir, { recursive: true, force: true })]
  t.after(async () => {
    for (const close of closers.toReversed()) await close()
  })
  let ahead = 0
  const clock = () => Date.now() + ahead
  const logged: string[] = []
  const log = collect(logged)
  const settings = readSettings({ SLUICE_DATA_DIR: dir, SLUICE_SIGN_IN_ATTEMPTS_PER_MINUTE: '1000', ...options.settings })

  const documents = await openSqliteDocuments({ path: join(dir, 'documents.sqlite'), clock, log })
  closers.push(() => documents.close())
  const queue = await openSqliteQueue({ path: join(dir, 'queue.sqlite'), clock, log })
  closers.push(() => queue.close())
  const signals = openProcessSignals({ log })
  const cache = openMemoryCache({ maxEntries: 10_000, clock })
  const { objects, handle } = await openDirectoryObjects({ dir: join(dir, 'objects'), secret: 'of this test', readBaseUrl: () => '', sendProblem, clock, log })
  closers.push(() => objects.close())
  const opened: Ports = { documents, objects, queue, signals, cache }
  const ports = { ...opened, ...options.change?.(opened) }
  const siteDirectory = options.siteDirectory ?? join(dir, 'no-site')
  const app = await createApi({ ...ports, settings, log, clock, signPath: options.signPath ?? ((_video, account, path) => `/p/for-${account.id}${path}`), routes: options.routes, siteDirectory })
  const listener = await listen({ port: 0, host: '127.0.0.1', handlers: [handle], app: app.routing })
  closers.push(async () => {
    await app.close()
    await listener.close(500)
  })

  const origin = `http://127.0.0.1:${listener.port}`
  const call: Api['call'] = (method, path, { token, body, headers } = {}) =>
    send(`${origin}/api/v1${path}`, {
      method,
      headers: {
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body),
    })
  return {
    ...ports,
    origin,
    dir,
    uploads: uploadDepsOf({ ...ports, settings, log, clock }),
    logged,
    forward: (milliseconds) => void (ahead += milliseconds),
    now: clock,
    call,
    async refused(code, method, path, callOptions) {
      return assertProblem(await call(method, path, callOptions), code)
    },
    async signUp(handle) {
      const { status, body } = await call('POST', '/accounts', { body: { handle, password: 'correct horse battery' } })
      assert.equal(status, 201, JSON.stringify(body))
      return { token: body.token, id: body.account.id }
    },
  }
}

/** A request with its answer read whole. */
export async function send(url: string, init: RequestInit): Promise<Answer> {
  const response = await fetch(url, init)
  const text = await response.text()
  const isJson = /json/.test(response.headers.get('content-type') ?? '')
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text }
}

export function assertProblem(answer: Answer, code: ProblemCode): any {
  assert.equal(answer.body?.code, code, `${answer.status} ${JSON.stringify(answer.body)}`)
  assert.equal(answer.headers.get('content-type'), 'application/problem+json')
  assert.equal(answer.body.status, answer.status)
  assert.equal(typeof answer.body.title, 'string')
  return answer.body
}

function collect(lines: string[]): Log {
  const add = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields, (_, value) => (value instanceof Error ? `${value.stack}` : value))}`)
  const log: Log = { debug: add, info: add, warn: add, error: add, child: () => log }
  return log
}

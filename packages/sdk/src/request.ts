/** One HTTP call: JSON in and out, retried when that is safe, errors as SluiceError. */
import { errorOf, SluiceError } from './error.ts'
import { backoffMs, wait } from './wait.ts'

/** How calls reach the server. */
export type Connection = {
  /** The server's origin (and path, if it is mounted below one), without a slash at the end. */
  baseUrl: string
  token: () => string | undefined
  fetch: typeof fetch
  credentials: RequestCredentials | undefined
  /** Tries of a repeatable call, the first included. */
  tries: number
}

export type Call = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Below /api/v1. */
  path: string
  query?: Record<string, string | number | undefined>
  body?: unknown
  /** Makes a POST that creates repeatable: the server answers a repetition as it did the first time. */
  idempotencyKey?: string
  /** Whether a repetition does no harm; then lost answers, 429 and 502–504 are tried again. */
  repeatable: boolean
  /** When the server asks for a longer wait than this, the caller is told instead; 60 by default. */
  longestWaitSeconds?: number
  /** Limit of one try; 30 by default. */
  timeoutSeconds?: number
  /** Goes on when the page is left. */
  keepalive?: boolean
  signal?: AbortSignal
}

/** The JSON body of the answer (undefined for 204). Rejects with SluiceError, or the signal's reason when it was aborted. */
export async function request<Answer>(connection: Connection, call: Call): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await send(connection, call, AbortSignal.timeout((call.timeoutSeconds ?? 30) * 1000))
      return (response.status === 204 ? undefined : await bodyOf(response, call)) as Answer
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error
      // A DELETE whose first answer was lost finds nothing the second time: that is what it was to do.
      if (call.method === 'DELETE' && attempt > 1 && error.status === 404) return undefined as Answer
      if (!call.repeatable || attempt >= connection.tries || !worthRepeating(error, call.longestWaitSeconds)) throw error
      await wait(Math.max((error.retryAfterSeconds ?? 0) * 1000, backoffMs(attempt, 300, 10_000)), call.signal)
    }
  }
}

/** Sends once. The answer is 2xx, its body unread; everything else rejects. `limit` aborts the call as unreachable. */
export async function send(connection: Connection, call: Call, limit?: AbortSignal): Promise<Response> {
  const headers: Record<string, string> = { accept: 'application/json' }
  const token = connection.token()
  if (token) headers['authorization'] = `Bearer ${token}`
  if (call.body !== undefined) headers['content-type'] = 'application/json'
  if (call.idempotencyKey) headers['idempotency-key'] = call.idempotencyKey
  const signals = [call.signal, limit].filter((signal) => signal !== undefined)
  let response: Response
  try {
    response = await connection.fetch(urlOf(connection, call), {
      method: call.method,
      headers,
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      credentials: connection.credentials,
      ...(call.keepalive && { keepalive: true }),
      signal: signals.length > 0 ? AbortSignal.any(signals) : undefined,
    })
  } catch (error) {
    throw unreachable(connection, call, error)
  }
  if (!response.ok) throw await errorOf(response)
  return response
}

async function bodyOf(response: Response, call: Call): Promise<unknown> {
  let text: string
  try {
    text = await response.text()
  } catch (error) {
    throw call.signal?.aborted ? call.signal.reason : new SluiceError('The answer was cut off', { status: 0, code: 'unreachable', cause: error })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new SluiceError('The answer is not JSON: is this a Sluice server?', { status: response.status, code: 'unexpected', cause: error })
  }
}

function urlOf(connection: Connection, call: Call): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) query.set(name, String(value))
  return `${connection.baseUrl}/api/v1${call.path}${query.size > 0 ? `?${query}` : ''}`
}

function unreachable(connection: Connection, call: Call, error: unknown): unknown {
  if (call.signal?.aborted) return call.signal.reason
  const why = error instanceof Error && error.name === 'TimeoutError' ? 'did not answer in time' : 'could not be reached'
  return new SluiceError(`The server ${connection.baseUrl} ${why}`.replace('  ', ' '), { status: 0, code: 'unreachable', cause: error })
}

/** Lost answers, 429 and 502–504 are. Over a limit that waiting does not lift (`too_many_uploads`) is not worth another try. */
export function worthRepeating(error: SluiceError, longestWaitSeconds = 60): boolean {
  if (error.status === 429 && error.code !== 'rate_limited' && error.retryAfterSeconds === undefined) return false
  if (error.code === 'too_many_uploads' || (error.retryAfterSeconds ?? 0) > longestWaitSeconds) return false
  return [0, 429, 502, 503, 504].includes(error.status)
}

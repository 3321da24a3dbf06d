/** Refuses what no caller may ask of the queue: programming errors, thrown as TypeError or RangeError. */

const bodyBytes = 64 * 2 ** 10
const secondsLimit = 90 * 86_400
const leaseLimitSeconds = 86_400

/** The body as JSON text. */
export function bodyJson(body: unknown): string {
  const json = JSON.stringify(body)
  if (json === undefined) throw new TypeError('a body is plain JSON')
  if (Buffer.byteLength(json) > bodyBytes) throw new RangeError(`a body has at most ${bodyBytes} bytes`)
  return json
}

export function checkSeconds(seconds: number, what: string, limit = secondsLimit): void {
  if (!(seconds >= 0 && seconds <= limit)) throw new RangeError(`a ${what} is from 0 to ${limit} seconds`)
}

export function checkTake(options: { priorities: number[]; leaseSeconds: number; waitSeconds: number }): void {
  if (options.priorities.length === 0) throw new TypeError('a take names its priorities')
  checkSeconds(options.leaseSeconds, 'lease', leaseLimitSeconds)
  if (options.leaseSeconds === 0) throw new RangeError('a lease lasts')
  checkSeconds(options.waitSeconds, 'wait')
}

export function checkDead(limit: number): void {
  if (!Number.isInteger(limit) || limit < 1 || limit > 1000) throw new RangeError('a limit is from 1 to 1000')
}

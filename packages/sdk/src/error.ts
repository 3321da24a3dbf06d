/** The one error that calls reject with: a problem document of the server, or a server that could not be reached. */
import type { Problem, ProblemCode } from '@sluice/contract'

/** `unreachable`: no answer came (status 0). `unexpected`: an answer that is no problem document. */
export type SluiceErrorCode = ProblemCode | 'unreachable' | 'unexpected'

/** What went wrong with a call. Programs compare `code`; `message` is for a person. */
export class SluiceError extends Error {
  override name = 'SluiceError'
  /** The HTTP status; 0 when no answer came. */
  readonly status: number
  readonly code: SluiceErrorCode
  /** What exactly is wrong with this request, when the server says it. */
  readonly detail: string | undefined
  /** Further members of the problem document by code: `missingParts`, `limit`… */
  readonly members: Readonly<Record<string, unknown>>
  /** How long the server asked to wait before another try. */
  readonly retryAfterSeconds: number | undefined

  constructor(
    message: string,
    fields: { status: number; code: SluiceErrorCode; detail?: string; members?: Record<string, unknown>; retryAfterSeconds?: number; cause?: unknown },
  ) {
    super(message, fields.cause === undefined ? undefined : { cause: fields.cause })
    this.status = fields.status
    this.code = fields.code
    this.detail = fields.detail
    this.members = fields.members ?? {}
    this.retryAfterSeconds = fields.retryAfterSeconds
  }
}

/** The error of an answer that is not 2xx; reads its body, of which 64 KB are enough for every problem. */
export async function errorOf(response: Response): Promise<SluiceError> {
  const text = (await response.text().catch(() => '')).slice(0, 65_536)
  const retryAfterSeconds = retryAfterOf(response.headers.get('retry-after'))
  const problem = parseProblem(text)
  if (!problem) {
    const detail = text.length > 0 && text.length < 200 && !text.startsWith('<') ? text : undefined
    return new SluiceError(`The server answered ${response.status}${detail ? `: ${detail}` : ''}`, {
      status: response.status,
      code: 'unexpected',
      detail,
      retryAfterSeconds,
    })
  }
  const { type, title, status, code, detail, ...members } = problem
  return new SluiceError(detail ? `${title}: ${detail}` : title, { status: response.status, code, detail, members, retryAfterSeconds })
}

function parseProblem(text: string): Problem | undefined {
  try {
    const body = JSON.parse(text) as Partial<Problem> | null
    return body && typeof body.code === 'string' && typeof body.title === 'string' ? (body as Problem) : undefined
  } catch {
    return undefined
  }
}

/** Seconds of a Retry-After header, which is a number of seconds or a date (RFC 9110 §10.2.3). */
export function retryAfterOf(header: string | null | undefined): number | undefined {
  if (!header) return undefined
  if (/^\d+$/.test(header)) return Number(header)
  const date = Date.parse(header)
  return Number.isNaN(date) ? undefined : Math.max(0, (date - Date.now()) / 1000)
}

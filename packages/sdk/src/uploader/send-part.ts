/** One part to the store: tried again with backoff and a fresh URL until the store has it. */
import { SluiceError, type SluiceErrorCode } from '../error.ts'
import { backoffMs, wait } from '../wait.ts'
import type { SignedPart } from './part-supply.ts'
import { SourceChanged, type PartAnswer, type Span, type UploadSource } from './source.ts'

export type SendPartOptions = {
  source: UploadSource
  part: SignedPart
  span: Span
  /** A part that fails is signed again for every further try: the URL may have expired, and the server says if the upload is over. */
  renew: (partNumber: number) => Promise<SignedPart>
  onSent: (bytes: number) => void
  /** The try failed; what was counted as sent is not. */
  onDropped: () => void
  tries: number
  stallSeconds: number
  backoffBaseMs: number
  signal: AbortSignal
}

/** The part's ETag, undefined if the store keeps it from us (CORS). Rejects after the last try, or with the signal's reason. */
export async function sendPart(options: SendPartOptions): Promise<string | undefined> {
  const { source, tries, signal, renew } = options
  let part = options.part
  for (let attempt = 1; ; attempt++) {
    let answer: PartAnswer | undefined
    let failure: unknown
    try {
      answer = await putOnce(part, options)
      if (answer.status >= 200 && answer.status < 300) return answer.etag
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof SourceChanged) throw error
      failure = error
    }
    options.onDropped()
    await source.check()
    if (attempt >= tries || answer?.status === 413) throw refused(part.partNumber, answer, failure)
    // A refused URL is replaced at once the first time; everything else, and a second refusal, waits.
    const expired = attempt === 1 && (answer?.status === 403 || answer?.status === 410)
    if (!expired) await wait(Math.max((answer?.retryAfterSeconds ?? 0) * 1000, backoffMs(attempt, options.backoffBaseMs, 30_000)), signal)
    part = await renew(part.partNumber)
  }
}

/** One PUT; given up as stalled when it moves nothing for `stallSeconds`. */
async function putOnce(part: SignedPart, { source, span, onSent, stallSeconds, signal }: SendPartOptions): Promise<PartAnswer> {
  const stall = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const moved = () => {
    clearTimeout(timer)
    timer = setTimeout(() => stall.abort(new DOMException('The part made no progress', 'TimeoutError')), stallSeconds * 1000)
  }
  try {
    return await source.put({
      url: part.url,
      headers: part.headers,
      span,
      signal: AbortSignal.any([signal, stall.signal]),
      onSent(bytes) {
        moved()
        onSent(bytes)
      },
    })
  } finally {
    clearTimeout(timer)
  }
}

function refused(partNumber: number, answer: PartAnswer | undefined, cause: unknown): SluiceError {
  const what = answer ? `was refused by the store (${answer.status}${answer.problemCode ? `, ${answer.problemCode}` : ''})` : 'could not be sent'
  return new SluiceError(`Part ${partNumber} ${what}`, {
    status: answer?.status ?? 0,
    code: (answer?.problemCode as SluiceErrorCode | undefined) ?? (answer ? 'unexpected' : 'unreachable'),
    members: { partNumber },
    cause,
  })
}

/** One part to the store: tried again with backoff and a fresh URL until the store has it. */
import { SluiceError, type SluiceErrorCode } from '../error.ts'
import type { SignedPart, SuppliedPart } from './part-supply.ts'
import { countFailure, isUnanswered, pauseAfter, type Patience } from './patience.ts'
import { SourceChanged, SourceUnreadable, type PartAnswer, type Span, type UploadSource } from './source.ts'

export type SendPartOptions = {
  source: UploadSource
  part: SuppliedPart
  span: Span
  /** A part that fails is signed again for every further try: the URL may have expired, and the server says if the upload is over. */
  renew: (partNumber: number) => Promise<SignedPart>
  onSent: (bytes: number) => void
  /** The try failed; what was counted as sent is not. */
  onDropped: () => void
  stallSeconds: number
  patience: Patience
}

/** The part's ETag, undefined if the store keeps it from us (CORS). Rejects after the last try, or with the signal's reason. */
export async function sendPart(options: SendPartOptions): Promise<string | undefined> {
  const { source, renew, patience } = options
  const { partNumber } = options.part
  let { signed } = options.part
  for (let failures = 0; ; ) {
    let answer: PartAnswer | undefined
    let failure: unknown
    try {
      signed ??= await renew(partNumber)
      answer = await putOnce(signed, options)
      if (answer.status >= 200 && answer.status < 300) return answer.etag
    } catch (error) {
      patience.signal.throwIfAborted()
      if (isFinal(error)) throw error
      failure = error
    }
    options.onDropped()
    await source.check()
    const told = answer ?? (isUnanswered(failure) ? failure : undefined)
    failures = countFailure(failures, told)
    if (failures >= patience.tries || answer?.status === 413) throw isUnanswered(failure) ? failure : refused(partNumber, answer, failure)
    // A refused URL is replaced at once the first time; everything else, and a second refusal, waits.
    const expired = failures === 1 && (answer?.status === 403 || answer?.status === 410)
    if (!expired) await pauseAfter(failures, patience, told?.retryAfterSeconds)
    signed = undefined
  }
}

/** What another try can't mend: the file, or what the server said for good. */
const isFinal = (error: unknown): boolean =>
  error instanceof SourceChanged || error instanceof SourceUnreadable || (error instanceof SluiceError && !isUnanswered(error))

/** One PUT; given up as stalled when it moves nothing for `stallSeconds`. */
async function putOnce(part: SignedPart, { source, span, onSent, stallSeconds, patience }: SendPartOptions): Promise<PartAnswer> {
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
      signal: AbortSignal.any([patience.signal, stall.signal]),
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

/** What a player says of itself in a request's query (CMCD, CTA-5004 and its second version). Pure, and bounded in time and size. */

export type Cmcd = {
  /** The playback: one for each time that a player loads. */
  sessionId?: string
  contentId?: string
  /** `v` picture, `a` sound, `av` both, `i` init segment, `m` manifest, `c` captions, … */
  objectType?: string
  bitrateKbps?: number
  /** What is buffered ahead of the playhead; absent when there is nothing at it. */
  bufferMs?: number
  durationMs?: number
  throughputKbps?: number
  /** Wanted at once: at the start, after a seek, or when the buffer ran out. */
  isStarting: boolean
  /** The buffer ran out since the request before. */
  hasStarved: boolean
}

const longestQuery = 2048
const largestNumber = 1e9
const pair = /(?:^|,)([a-z][a-z0-9-]{0,31})(?:=("(?:[^"\\]|\\.)*"|[^,]*))?/g
/** An encode that a viewer waits for takes a second or two, and up to five beside others (DESIGN §1). */
const soonMs = 6000

/** Undefined where there is no CMCD, or none that can be read. `rawQuery` is what follows the `?`, as it came. */
export function parseCmcd(rawQuery: string): Cmcd | undefined {
  if (rawQuery.length > longestQuery) return undefined
  const raw = rawQuery.split('&').find((one) => one.startsWith('CMCD='))
  if (raw === undefined) return undefined
  let text: string
  try {
    text = decodeURIComponent(raw.slice(5))
  } catch {
    return undefined
  }
  const values = new Map<string, string | true>()
  for (const [, key, value] of text.matchAll(pair)) values.set(key!, value ?? true)
  return {
    sessionId: stringOf(values.get('sid')),
    contentId: stringOf(values.get('cid')),
    objectType: stringOf(values.get('ot')),
    bitrateKbps: numberOf(values.get('br')),
    bufferMs: numberOf(values.get('bl')),
    durationMs: numberOf(values.get('d')),
    throughputKbps: numberOf(values.get('mtp')),
    isStarting: isTrue(values.get('su')),
    hasStarved: isTrue(values.get('bs')),
  }
}

/**
 * Whether a viewer waits for the answer, or soon will: true where nothing is said, so that players without CMCD are
 * served as those that have run dry. False: it only fills a buffer.
 */
export function isWaiting(cmcd: Cmcd | undefined): boolean {
  return cmcd === undefined || cmcd.isStarting || cmcd.bufferMs === undefined || cmcd.bufferMs < soonMs
}

const isTrue = (value: string | true | undefined): boolean => value === true || value === '?1'

/** The second version writes `(3200;v 128;a)` for a list: the first counts. */
function numberOf(value: string | true | undefined): number | undefined {
  const digits = typeof value === 'string' ? /^\(?(\d{1,12})/.exec(value)?.[1] : undefined
  return digits === undefined ? undefined : Math.min(Number(digits), largestNumber)
}

/** Ids are at most 64 characters; tokens such as `ot` come without quotes. */
function stringOf(value: string | true | undefined): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/g, '$1') : value
  return text.length > 0 && text.length <= 64 ? text : undefined
}

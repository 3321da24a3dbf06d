/** The signed part of a playback path (DESIGN §4): `/p/1.<kid>.<exp>.<n>.<b>.<sid>.<sig>/v/<videoId>/<e>/…`. Pure. */
import { createHmac, timingSafeEqual } from 'node:crypto'

export type PlaybackKey = { kid: string; secret: Uint8Array }

export type Token = {
  kid: string
  /** Unix seconds from which it no longer opens anything. */
  exp: number
  /** How many leading elements of the path it opens. */
  elements: number
  boundToIp: boolean
  sid: string
}

export type TokenRefusal = 'token_malformed' | 'token_wrong' | 'token_expired'
export type Verdict =
  | { ok: true; token: Token; /** The path below `/p/<token>`, from `/v/` on. */ path: string; /** How much of it the token opens. */ prefix: string }
  /** `unknownKid`: the signature could not be tried; the key may have been published since the keys were read. */
  | { ok: false; code: TokenRefusal; unknownKid?: boolean }

/** `/v/<videoId>/<e>/`. */
const deliveryElements = 3
const tokenPattern = /^1\.([a-z0-9]{1,8})\.([1-9][0-9]{0,11})\.([1-9])\.([0i])\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{43})$/
const longestPath = 512

/** The token that opens `prefix` (domain/keys.ts, playbackPrefix) until `exp`; for one address only when `ip` is given. */
export function mintToken(key: PlaybackKey, opens: { prefix: string; exp: number; sid: string; ip?: string }): string {
  const claims = `1.${key.kid}.${opens.exp}.${deliveryElements}.${opens.ip === undefined ? '0' : 'i'}.${opens.sid}`
  return `${claims}.${signature(key, claims, opens.prefix, opens.ip)}`
}

/**
 * Judges a request path. Malformed comes first, then the signature, then the expiry: whoever holds a token that was
 * never good learns nothing about time. An unknown key with an expiry in the past is an old token whose key is gone.
 */
export function verifyPath(
  requestPath: string,
  at: { keyOf: (kid: string) => PlaybackKey | undefined; nowSeconds: number; ip?: string },
): Verdict {
  const parts = splitTokenPath(requestPath)
  const m = parts && tokenPattern.exec(parts.token)
  if (!m) return { ok: false, code: 'token_malformed' }
  const token: Token = { kid: m[1]!, exp: Number(m[2]), elements: Number(m[3]), boundToIp: m[4] === 'i', sid: m[5]! }
  const prefix = leading(parts.path, token.elements)
  if (prefix === undefined) return { ok: false, code: 'token_malformed' }
  const key = at.keyOf(token.kid)
  const expired = at.nowSeconds >= token.exp
  if (!key) return { ok: false, code: expired ? 'token_expired' : 'token_wrong', unknownKid: true }
  if (token.boundToIp && at.ip === undefined) return { ok: false, code: 'token_wrong' }
  const expected = signature(key, parts.token.slice(0, -44), prefix, token.boundToIp ? at.ip : undefined)
  // The text is compared, not the bytes: base64url has spare bits at its end that would let a changed token pass.
  if (!timingSafeEqual(Buffer.from(expected), Buffer.from(m[6]!))) return { ok: false, code: 'token_wrong' }
  return expired ? { ok: false, code: 'token_expired' } : { ok: true, token, path: parts.path, prefix }
}

/** Cuts `/p/<token>` off; undefined for a path that no player of ours asks for (escapes, `//`, `..`). */
export function splitTokenPath(requestPath: string): { token: string; path: string } | undefined {
  if (requestPath.length > longestPath || !requestPath.startsWith('/p/')) return undefined
  if (requestPath.includes('%') || requestPath.includes('//') || requestPath.includes('..')) return undefined
  const end = requestPath.indexOf('/', 3)
  return end < 0 ? undefined : { token: requestPath.slice(3, end), path: requestPath.slice(end) }
}

/** The first n elements with their slashes; undefined when nothing follows them. */
function leading(path: string, elements: number): string | undefined {
  let at = 0
  for (let i = 0; i < elements; i++) {
    at = path.indexOf('/', at + 1)
    if (at < 0) return undefined
  }
  return at + 1 < path.length ? path.slice(0, at + 1) : undefined
}

/** An IPv4 address that came in over an IPv6 socket is the IPv4 address, whoever saw it. */
const plainAddress = (ip: string): string => ip.replace(/^::ffff:(?=\d+\.)/i, '')

function signature(key: PlaybackKey, claims: string, prefix: string, ip: string | undefined): string {
  return createHmac('sha256', key.secret).update(`${claims}\n${prefix}\n${ip === undefined ? '' : plainAddress(ip)}`).digest('base64url')
}

/** Remembers which token prefixes were verified: a player asks hundreds of times with the same one. */
import type { PlaybackKey, Token, TokenRefusal } from './token.ts'
import { splitTokenPath, verifyPath } from './token.ts'

/** `name`: of the token with what it opens; the same for all paths below. */
export type Opened = { ok: true; token: Token; path: string; name: string } | { ok: false; code: TokenRefusal; unknownKid?: boolean }

/**
 * A verifier with a bounded memory of good (token, prefix, address) triples; the oldest is forgotten first. Only good
 * ones are kept, so that nobody can push others' out with forgeries. A key that is gone closes what was remembered.
 */
export function rememberTokens(keyOf: (kid: string) => PlaybackKey | undefined, capacity = 50_000) {
  const known = new Map<string, { token: Token; ip: string | undefined }>()
  return {
    get size(): number {
      return known.size
    },
    /** `ip` is asked for only where a token is bound to one. */
    open(requestPath: string, nowSeconds: number, ip: () => string | undefined): Opened {
      const parts = splitTokenPath(requestPath)
      if (!parts) return { ok: false, code: 'token_malformed' }
      const prefixEnd = deliveryPrefixEnd(parts.path)
      // Token and prefix stand next to each other: one piece of the path names both.
      const name = prefixEnd > 0 && prefixEnd < parts.path.length ? requestPath.slice(3, 3 + parts.token.length + prefixEnd) : undefined
      const found = name === undefined ? undefined : known.get(name)
      if (found && (!found.token.boundToIp || found.ip === ip()) && keyOf(found.token.kid)) {
        return nowSeconds < found.token.exp ? { ok: true, token: found.token, path: parts.path, name: name! } : { ok: false, code: 'token_expired' }
      }
      const verdict = verifyPath(requestPath, { keyOf, nowSeconds, ip: ip() })
      if (!verdict.ok) return verdict
      if (name !== undefined && verdict.prefix.length === prefixEnd) {
        known.delete(name)
        if (known.size >= capacity) known.delete(known.keys().next().value!)
        known.set(name, { token: verdict.token, ip: verdict.token.boundToIp ? ip() : undefined })
      }
      return { ok: true, token: verdict.token, path: verdict.path, name: name ?? verdict.path }
    },
  }
}

/** Where `/v/<videoId>/<e>/` ends. */
function deliveryPrefixEnd(path: string): number {
  const afterId = path.indexOf('/', 3)
  return afterId < 0 ? 0 : path.indexOf('/', afterId + 1) + 1
}

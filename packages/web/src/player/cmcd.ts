/** What is told to the server with each request about the player's buffer (CMCD, CTA-5004), in the query. */

/** Without `nor`: the address of what comes next holds the token, and the server knows what comes next. */
const includeKeys = ['bl', 'br', 'bs', 'cid', 'd', 'dl', 'mtp', 'ot', 'pr', 'sf', 'sid', 'st', 'su', 'tb', 'v']

/** Shaka's settings. `playbackId` is given, since Shaka's own needs a secure context. */
export const cmcdSettings = (playbackId: string, contentId: string) => ({ enabled: true, useHeaders: false, version: 1, sessionId: playbackId, contentId, includeKeys })

/** 128 random bits: one for each time that the player loads. crypto.randomUUID is not there on plain http. */
export function newPlaybackId(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** The address with `bs` among its CMCD keys: the buffer ran out since the request before. Shaka does not say so itself. */
export function withStarved(address: string): string {
  const url = new URL(address)
  const keys = url.searchParams.get('CMCD')
  if (keys === null) return address
  // None of the values that we send has a comma, and keys are in order.
  url.searchParams.set('CMCD', [...keys.split(','), 'bs'].sort().join(','))
  return url.href
}

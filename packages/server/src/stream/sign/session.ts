/** How long a playback token lasts, and whose it is. Pure. */
import { createHmac } from 'node:crypto'
import type { PlaybackKey } from './token.ts'

/** Expiries fall on its multiples, so that a viewer's reloads get the same URLs and hit the browser's cache. */
const windowSeconds = 4 * 3600
const baseSeconds = 4 * 3600

/** Unix seconds: twice the duration and four hours from now, rounded up to a window. */
export function tokenExpiry(nowSeconds: number, durationSeconds: number): number {
  return Math.ceil((nowSeconds + 2 * durationSeconds + baseSeconds) / windowSeconds) * windowSeconds
}

/** The longest that a token minted now can live, for videos of at most that duration. */
export const longestTokenSeconds = (maxDurationSeconds: number): number => 2 * maxDurationSeconds + baseSeconds + windowSeconds

/** Who watches: an account, or what is left of a guest's connection. */
export const accountViewer = (accountId: string): string => `account ${accountId}`
export const guestViewer = (ip: string, userAgent: string): string => `guest ${ip} ${userAgent.slice(0, 512)}`

/**
 * The session id in a token: the same for a viewer, video and expiry, and no way back to the viewer (132 bits of an
 * HMAC). The edge makes the owner's again to tell the owner's token of a private video from one of before it was private.
 */
export function sessionId(key: PlaybackKey, viewer: string, videoId: string, exp: number): string {
  return createHmac('sha256', key.secret).update(`sid\n${viewer}\n${videoId}\n${exp}`).digest('base64url').slice(0, 22)
}

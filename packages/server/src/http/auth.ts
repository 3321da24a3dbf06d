/** Who asks: a bearer token or the site's cookie, and the proof that a cookie's request came from the site itself. */
import cookie from '@fastify/cookie'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { isApi } from './is-api.ts'
import { ProblemError } from './problem.ts'

export type KnownAccount = { id: string; handle: string; isAdmin: boolean }
/** With the address that its request came from: URLs signed for it may open there alone. */
export type RequestAccount = KnownAccount & { ip: string }
/** The account that a token belongs to, or undefined when it is unknown or expired. */
export type Authenticate = (token: string) => Promise<KnownAccount | undefined>

declare module 'fastify' {
  interface FastifyRequest {
    /** Set for requests below /api/ with a good token. */
    account: RequestAccount | undefined
  }
}

export const sessionCookie = 'sluice_session'
const tokenPattern = /^[A-Za-z0-9_-]{43}$/
const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Adds `request.account`; refuses unsafe requests that only a cookie vouches for and that another site may have caused. */
export async function registerAuth(app: FastifyInstance, options: { authenticate: Authenticate; publicUrl: string }): Promise<void> {
  await app.register(cookie)
  app.decorateRequest('account', undefined)
  app.addHook('onRequest', async (request) => {
    if (!isApi(request)) return
    const presented = presentedToken(request)
    if (!presented) return
    const account = await options.authenticate(presented.token)
    if (account && presented.by === 'cookie' && !safeMethods.has(request.method) && !fromOwnSite(request, options.publicUrl)) {
      throw new ProblemError('csrf_refused')
    }
    request.account = account && { ...account, ip: request.ip }
  })
}

/** The account of the request; throws `unauthorized` without one. */
export function requireAccount(request: FastifyRequest): RequestAccount {
  if (!request.account) throw new ProblemError('unauthorized')
  return request.account
}

/** The token as presented: an Authorization header wins over the cookie. */
export function presentedToken(request: FastifyRequest): { token: string; by: 'bearer' | 'cookie' } | undefined {
  const header = request.headers.authorization
  if (header !== undefined) {
    const token = /^Bearer +(\S+)$/i.exec(header)?.[1]
    return token !== undefined && tokenPattern.test(token) ? { token, by: 'bearer' } : undefined
  }
  const token = request.cookies[sessionCookie]
  return token !== undefined && tokenPattern.test(token) ? { token, by: 'cookie' } : undefined
}

/**
 * Sec-Fetch-Site decides where a browser sends it (W3C Fetch Metadata); else the Origin must be ours.
 * With neither the request is not trusted: scripts use the Authorization header.
 */
function fromOwnSite(request: FastifyRequest, publicUrl: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin' || site === 'none'
  const origin = request.headers.origin
  if (origin === undefined || !URL.canParse(origin)) return false
  if (publicUrl !== '' && origin === new URL(publicUrl).origin) return true
  return new URL(origin).host === request.headers.host
}

const cookieOptions = (publicUrl: string) => ({
  path: '/',
  httpOnly: true,
  sameSite: 'lax' as const,
  secure: publicUrl.startsWith('https:'),
})

/** Gives the browser the token where no script can read it. */
export function setSessionCookie(reply: FastifyReply, token: string, options: { maxAgeSeconds: number; publicUrl: string }): void {
  void reply.setCookie(sessionCookie, token, { ...cookieOptions(options.publicUrl), maxAge: options.maxAgeSeconds })
}

export function clearSessionCookie(reply: FastifyReply, publicUrl: string): void {
  void reply.clearCookie(sessionCookie, cookieOptions(publicUrl))
}

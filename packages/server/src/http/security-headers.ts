/** Headers that tell browsers what this site never does, and caches what they may keep. */
import type { FastifyInstance } from 'fastify'
import { isApi } from './is-api.ts'

/** `publicUrl` may be empty. */
type Origins = { publicUrl: string; partOrigins?: string[]; deliveryOrigins?: string[] }

/**
 * The policy lets Shaka Player work: media from blob: URLs (Media Source), its worker from a blob:, everything else
 * from this origin and, where viewers may come in by another name, from the public one, and from where video is delivered.
 * Parts of uploads go to the store.
 */
function contentSecurityPolicy({ publicUrl, partOrigins = [], deliveryOrigins = [] }: Origins): string {
  const self = ["'self'", publicUrl === '' ? '' : new URL(publicUrl).origin, ...deliveryOrigins].filter(Boolean).join(' ')
  return [
    `default-src 'self'`,
    `script-src 'self'`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src ${self} data: blob:`,
    `media-src ${self} blob:`,
    `connect-src ${[self, ...partOrigins].join(' ')} blob:`,
    `worker-src 'self' blob:`,
    `font-src 'self' data:`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}

/** Sets them on every answer of the app. */
export function registerSecurityHeaders(app: FastifyInstance, origins: Origins): void {
  const policy = contentSecurityPolicy(origins)
  app.addHook('onRequest', async (request, reply) => {
    // What the API says is one account's and may change: a route that knows better says so itself.
    if (isApi(request)) void reply.header('cache-control', 'private, no-cache')
    reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'cross-origin-opener-policy': 'same-origin',
    })
  })
}

/** Headers that tell browsers what this site never does. */
import type { FastifyInstance } from 'fastify'

/**
 * The policy lets Shaka Player work: media from blob: URLs (Media Source), its worker from a blob:, everything else
 * from this origin and, where viewers may come in by another name, from the public one.
 */
function contentSecurityPolicy(publicOrigin: string): string {
  const self = ["'self'", publicOrigin].filter(Boolean).join(' ')
  return [
    `default-src 'self'`,
    `script-src 'self'`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src ${self} data: blob:`,
    `media-src ${self} blob:`,
    `connect-src ${self} blob:`,
    `worker-src 'self' blob:`,
    `font-src 'self' data:`,
    `object-src 'none'`,
    `base-uri 'none'`,
    `form-action 'self'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}

/** Sets them on every answer of the app. `publicUrl` may be empty. */
export function registerSecurityHeaders(app: FastifyInstance, publicUrl: string): void {
  const policy = contentSecurityPolicy(publicUrl === '' ? '' : new URL(publicUrl).origin)
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers({
      'content-security-policy': policy,
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'strict-origin-when-cross-origin',
      'cross-origin-opener-policy': 'same-origin',
    })
  })
}

/** GET /edge-keys: the signing keys, for caches in front of an edge that check tokens themselves. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { EdgeKeysAnswer } from '@sluice/contract'
import type { App } from '../../http/app.ts'
import { ProblemAnswer, signedIn } from '../../http/open-api.ts'
import { ProblemError } from '../../http/problem.ts'
import type { Documents } from '../../ports/documents.ts'
import { readSigningKeys } from '../../records/signing-key.ts'
import { readWithdrawn } from '../../records/withdrawn.ts'

/** `secret`: SLUICE_EDGE_KEYS_SECRET; empty when only administrators may ask. */
export function registerEdgeKeysRoutes(app: App, deps: { documents: Documents; secret: string }): void {
  app.get(
    '/api/v1/edge-keys',
    {
      schema: {
        summary: 'The keys that playback tokens are signed with, for caches that check them',
        description: 'For administrators, and for whoever presents SLUICE_EDGE_KEYS_SECRET as the bearer token. Keys are here five minutes before they sign, and until the last token that they signed expires: ask every minute. `sluice edge-keys` writes them as nginx, Varnish and CloudFront read them.',
        tags: ['administration'],
        security: signedIn,
        response: { 200: EdgeKeysAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request, reply) => {
      if (!presentsSecret(request.headers.authorization, deps.secret)) {
        if (!request.account) throw new ProblemError('unauthorized')
        if (!request.account.isAdmin) throw new ProblemError('forbidden')
      }
      const [keys, withdrawn] = await Promise.all([readSigningKeys(deps.documents), readWithdrawn(deps.documents)])
      return reply.header('cache-control', 'no-store').send({ keys: keys.map(({ kid, secret }) => ({ kid, secret })), withdrawn })
    },
  )
}

function presentsSecret(authorization: string | undefined, secret: string): boolean {
  const presented = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
  if (secret === '' || presented === undefined) return false
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(presented), digest(secret))
}

/** Who asks to watch or to take away what, and from where. */
import type { FastifyRequest } from 'fastify'
import { requestOrigin } from '../../http/origin.ts'

export type PlayRequest = {
  videoId: string
  accountId: string | undefined
  isAdmin: boolean
  ip: string
  userAgent: string
  /** Where viewers reach us, for absolute URLs. */
  origin: string
}

/** Problems: bad_request, as requestOrigin. */
export function playRequestOf(request: Pick<FastifyRequest, 'account' | 'ip' | 'headers'> & { params: { id: string } }, publicUrl: string): PlayRequest {
  const { params, account, ip, headers } = request
  return { videoId: params.id, accountId: account?.id, isAdmin: account?.isAdmin ?? false, ip, userAgent: headers['user-agent'] ?? '', origin: requestOrigin(request, publicUrl) }
}

/** Sets CloudFront's signed cookies on an answer with signed URLs: for the part of the site that its token opens, and no longer. */
import type { FastifyReply } from 'fastify'
import { cloudFrontCookies, type CloudFrontSigner } from './cloudfront-cookies.ts'

/** `url`: one of the signed ones. `ip`: set when tokens are bound. */
export function setCloudFrontCookies(reply: FastifyReply, signer: CloudFrontSigner, url: string, opens: { expiresAt: number; ip?: string }): void {
  const { origin, pathname } = new URL(url)
  const token = pathname.split('/')[2]!
  const exp = Math.floor(opens.expiresAt / 1000)
  for (const [name, value] of Object.entries(cloudFrontCookies(signer, { origin, token, exp, ...(opens.ip !== undefined && { ip: opens.ip }) }))) {
    void reply.setCookie(name, value, { path: `/p/${token}/`, expires: new Date(opens.expiresAt), secure: true, httpOnly: true, sameSite: 'lax' })
  }
}

/** CloudFront's signed cookies that open what a playback token opens, for distributions with a trusted key group. */
import { sign, type KeyObject } from 'node:crypto'
import { isIPv4 } from 'node:net'

export type CloudFrontSigner = {
  /** The id of the public key in CloudFront (K…). */
  keyPairId: string
  privateKey: KeyObject
}

/** What a token opens: everything below `<origin>/p/<token>/`, until `exp` (unix seconds), for one address if it is bound. */
export type CloudFrontGrant = { origin: string; token: string; exp: number; ip?: string }

/** CloudFront knows IPv4 alone here; for others its function checks the token's own bond. */
export function cloudFrontPolicy({ origin, token, exp, ip }: CloudFrontGrant): string {
  const address = ip?.replace(/^::ffff:(?=\d+\.)/i, '')
  const condition = {
    DateLessThan: { 'AWS:EpochTime': exp },
    ...(address !== undefined && isIPv4(address) && { IpAddress: { 'AWS:SourceIp': `${address}/32` } }),
  }
  return JSON.stringify({ Statement: [{ Resource: `${origin}/p/${token}/*`, Condition: condition }] })
}

/** The cookies by their names. Set for the path `/p/<token>/`, each video's are its own. */
export function cloudFrontCookies({ keyPairId, privateKey }: CloudFrontSigner, grant: CloudFrontGrant): Record<string, string> {
  const policy = cloudFrontPolicy(grant)
  return {
    'CloudFront-Policy': cookieText(Buffer.from(policy)),
    'CloudFront-Signature': cookieText(sign('sha1', Buffer.from(policy), privateKey)),
    'CloudFront-Key-Pair-Id': keyPairId,
  }
}

/** Base64 with the characters that CloudFront puts in the place of those a URL can't have. */
const cookieText = (bytes: Buffer): string => bytes.toString('base64').replace(/\+/g, '-').replace(/=/g, '_').replace(/\//g, '~')

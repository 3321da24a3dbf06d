/** Judges Sluice's playback tokens in nginx (njs 0.7 and later), and says how old an answer is. */
import crypto from 'crypto'

/** `/p/` + claims + `.` + signature + the path that the token may open. */
const requestPattern = /^\/p\/1\.([a-z0-9]{1,8})\.([1-9][0-9]{0,11})\.([1-9])\.([0i])\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{43})(\/.*)$/
const longestPath = 512

function sign(secret, claims, prefix, ip) {
  return crypto.createHmac('sha256', Buffer.from(secret, 'base64url')).update(claims + '\n' + prefix + '\n' + ip).digest('base64url')
}

/** The first n elements of the path with their slashes; undefined when nothing follows them. */
function leading(path, elements) {
  let at = 0
  for (let i = 0; i < elements; i++) {
    at = path.indexOf('/', at + 1)
    if (at < 0) return undefined
  }
  return at + 1 < path.length ? path.slice(0, at + 1) : undefined
}

/** Takes as long whatever differs. */
function same(a, b) {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}

/** The request's token in parts; undefined when it is malformed. The raw request target is judged, before nginx tidies it up. */
function read(r) {
  const target = r.variables.request_uri
  const query = target.indexOf('?')
  const path = query < 0 ? target : target.slice(0, query)
  if (path.length > longestPath || path.includes('%') || path.includes('//') || path.includes('..')) return undefined
  const m = requestPattern.exec(path)
  const prefix = m ? leading(m[7], Number(m[3])) : undefined
  return prefix === undefined ? undefined : { kid: m[1], exp: Number(m[2]), elements: m[3], bound: m[4], sid: m[5], signature: m[6], prefix }
}

const claimsOf = (token, bound) => '1.' + token.kid + '.' + token.exp + '.' + token.elements + '.' + bound + '.' + token.sid

/** An IPv4 address that came in over an IPv6 socket is the IPv4 address. */
const addressOf = (r) => r.remoteAddress.replace(/^::ffff:(?=\d+\.)/i, '')

/** Empty for a token that opens the path, else the problem's code. $sluice_secret is the secret of the token's key id. */
function verdict(r) {
  const token = read(r)
  if (!token) return 'token_malformed'
  const expired = Date.now() / 1000 >= token.exp
  const secret = r.variables.sluice_secret
  if (!secret) return expired ? 'token_expired' : 'token_wrong'
  const expected = sign(secret, claimsOf(token, token.bound), token.prefix, token.bound === 'i' ? addressOf(r) : '')
  if (!same(expected, token.signature)) return 'token_wrong'
  return expired ? 'token_expired' : ''
}

/**
 * The same token without its bond to an address, for the origin: the address was checked here, and the origin sees ours.
 * Only asked for after `verdict` let it pass.
 */
function unbound(r) {
  const token = read(r)
  const claims = claimsOf(token, '0')
  return claims + '.' + sign(r.variables.sluice_secret, claims, token.prefix, '')
}

/** Seconds since the origin made the answer (RFC 9111 §5.1); nginx itself would repeat the age that it stored. */
function age(r) {
  const made = Date.parse(r.variables.upstream_http_date)
  const stored = Number(r.variables.upstream_http_age) || 0
  return isNaN(made) ? '' : String(Math.max(0, Math.floor((Date.now() - made) / 1000)) + stored)
}

export default { verdict, unbound, age }

/** Sluice's viewer-request function for CloudFront (cloudfront-js-2.0): checks the playback token, takes it out of the cache's key. */
const crypto = require('crypto')

const keys = {}
const withdrawn = {}

const requestPattern = /^\/p\/1\.([a-z0-9]{1,8})\.([1-9][0-9]{0,11})\.([1-9])\.([0i])\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{43})(\/.*)$/
const posterPattern = /^\/posters\/[0-9a-z]{16}\.jpg$/
const exposed = 'Age, Cache-Status, Content-Length, Content-Range, Date, ETag, Retry-After'

function sign(secret, claims, prefix, ip) {
  return crypto.createHmac('sha256', Buffer.from(secret, 'base64url')).update(claims + '\n' + prefix + '\n' + ip).digest('base64url')
}

// The first n elements of the path with their slashes; undefined when nothing follows them.
function leading(path, elements) {
  let at = 0
  for (let i = 0; i < elements; i++) {
    at = path.indexOf('/', at + 1)
    if (at < 0) return undefined
  }
  return at + 1 < path.length ? path.slice(0, at + 1) : undefined
}

const has = (table, name) => Object.prototype.hasOwnProperty.call(table, name)

// Takes as long whatever differs.
function same(a, b) {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a.charCodeAt(i) ^ b.charCodeAt(i)
  return difference === 0
}

function respond(statusCode, statusDescription, fields, body) {
  const headers = {
    'access-control-allow-origin': { value: '*' },
    'access-control-expose-headers': { value: exposed },
    'timing-allow-origin': { value: '*' },
  }
  for (const name in fields) headers[name] = { value: fields[name] }
  const response = { statusCode: statusCode, statusDescription: statusDescription, headers: headers }
  if (body !== undefined) response.body = body
  return response
}

function refuse(status, description, code, title, fields) {
  const body = JSON.stringify({ type: 'about:blank', title: title, status: status, code: code })
  return respond(status, description, Object.assign({ 'cache-control': 'no-store', 'content-type': 'application/problem+json' }, fields), body)
}

const malformed = () => refuse(400, 'Bad Request', 'token_malformed', 'The playback token is malformed')
const wrong = () => refuse(403, 'Forbidden', 'token_wrong', 'The playback token does not open this')
const expired = () => refuse(410, 'Gone', 'token_expired', 'The playback token expired')

// Sets the path without its token, and the token for the origin in a header; a response where it opens nothing.
function admit(request, ip) {
  const uri = request.uri
  if (uri.length > 512 || uri.includes('%') || uri.includes('//') || uri.includes('..')) return malformed()
  const m = requestPattern.exec(uri)
  const prefix = m ? leading(m[7], Number(m[3])) : undefined
  if (prefix === undefined) return malformed()
  const isOver = Date.now() / 1000 >= Number(m[2])
  const secret = has(keys, m[1]) ? keys[m[1]] : undefined
  if (secret === undefined) return isOver ? expired() : wrong()
  const start = '1.' + m[1] + '.' + m[2] + '.' + m[3] + '.'
  const claims = start + m[4] + '.' + m[5]
  const address = m[4] === 'i' ? ip.replace(/^::ffff:(?=\d+\.)/i, '') : ''
  if (!same(sign(secret, claims, prefix, address), m[6])) return wrong()
  if (isOver) return expired()
  // The origin sees CloudFront's address, not the viewer's, which was checked here: it gets the token without its bond.
  const passed = start + '0.' + m[5]
  const token = passed + '.' + (m[4] === 'i' ? sign(secret, passed, prefix, '') : m[6])
  // Of a video that was withdrawn nothing is shared: each token has its own copies, which the origin let it have.
  if (has(withdrawn, m[7].split('/')[2])) {
    request.uri = '/p/' + token + m[7]
    return request
  }
  request.headers['x-sluice-token'] = { value: token }
  request.uri = m[7]
  return request
}

function handler(event) {
  const request = event.request
  if (request.method === 'OPTIONS') {
    return respond(204, 'No Content', {
      'access-control-allow-methods': 'GET, HEAD, OPTIONS',
      'access-control-allow-headers': 'Range, If-None-Match, If-Range, Cache-Control, Content-Type',
      'access-control-max-age': '86400',
      'cache-control': 'public, max-age=86400',
    })
  }
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, 'Method Not Allowed', 'method_not_allowed', 'Not allowed', { allow: 'GET, HEAD, OPTIONS' })
  request.querystring = {}
  delete request.headers['x-sluice-token']
  if (posterPattern.test(request.uri)) return request
  return request.uri.startsWith('/p/') ? admit(request, event.viewer.ip) : refuse(404, 'Not Found', 'not_found', 'Not found')
}

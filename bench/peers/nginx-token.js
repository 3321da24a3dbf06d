/** The playback token (DESIGN §4) verified by nginx with njs, on every request: the peer of the edge's signed hits. */
import crypto from 'crypto'

const tokenPath = /^\/p\/(1\.([a-z0-9]{1,8})\.([1-9][0-9]{0,11})\.([1-9])\.0\.[A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{43})(\/.*)$/

/** The path to serve, or an empty text. The key is written in by the bench. */
function opened(r) {
  const m = tokenPath.exec(r.uri)
  if (!m || m[2] !== 'KID' || Number(m[3]) * 1000 <= Date.now()) return ''
  let end = 0
  for (let i = 0; i < Number(m[4]); i++) {
    end = m[6].indexOf('/', end + 1)
    if (end < 0) return ''
  }
  const signed = crypto.createHmac('sha256', Buffer.from('SECRET', 'hex')).update(`${m[1]}\n${m[6].slice(0, end + 1)}\n`).digest('base64url')
  return signed === m[5] ? m[6] : ''
}

export default { opened }

/** The lean lane beside node:http on real sockets: pipelines, parts, bodies, what must be left to node:http, slow clients, the end. */
import assert from 'node:assert/strict'
import { connect, type Socket } from 'node:net'
import { test, type TestContext } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { makeHead, type Answer, type Asked } from '../../src/http/lean/answer.ts'
import { readRequestHead } from '../../src/http/lean/request-head.ts'
import { listen, type Listener } from '../../src/http/listen.ts'

const text = (body: string): Answer => ({ status: 200, head: makeHead(['content-length', String(body.length), 'by', 'lane']), also: [], body: Buffer.from(body) })
const large = Buffer.alloc(8_000_000, 'x')

/** `/lean/…` answers its URL, `/lean/later/…` after a while, `/lean/large` 8 MB; everything else is node:http's, which echoes bodies. */
function answer({ url, header }: Asked): Answer | Promise<Answer> | undefined {
  if (url === '/lean/large') return { status: 200, head: makeHead(['content-length', String(large.length)]), also: [], body: large }
  if (url.startsWith('/lean/later')) return wait(30).then(() => text(url))
  return url.startsWith('/lean') ? text(`${url} ${header('x-a') ?? ''}`) : undefined
}

async function start(t: TestContext): Promise<Listener> {
  const listener = await listen({
    port: 0,
    host: '127.0.0.1',
    handlers: [],
    lean: answer,
    app: (request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part) => parts.push(part)).on('end', () => response.setHeader('by', 'node').end(`${request.url} ${Buffer.concat(parts)}`))
    },
  })
  t.after(() => listener.close(0))
  return listener
}

type Line = { socket: Socket; text(): string; until(pattern: RegExp): Promise<string>; ended: Promise<void> }

function open({ port }: Listener): Line {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  let said = ''
  socket.on('data', (data) => (said += data.toString('latin1'))).on('error', () => {})
  const ended = new Promise<void>((resolve) => socket.once('end', resolve).once('close', () => resolve()))
  const until = async (pattern: RegExp): Promise<string> => {
    for (let tries = 0; !pattern.test(said); tries++) {
      if (tries > 500) throw new Error(`never said ${pattern}: ${said.slice(0, 2000)}`)
      await wait(10)
    }
    return said
  }
  return { socket, text: () => said, until, ended }
}

const get = (url: string, fields = ''): string => `GET ${url} HTTP/1.1\r\nhost: a\r\n${fields}\r\n`

test('requests one after another, in one chunk, and answered later stay in order', async (t) => {
  const line = open(await start(t))
  line.socket.write(get('/lean/1', 'x-a: 1\r\n'))
  await line.until(/\/lean\/1 1$/)
  line.socket.write(get('/lean/later/2') + get('/lean/3') + get('/lean/later/4') + get('/lean/5', 'X-A:two \r\n'))
  const said = await line.until(/\/lean\/5 two$/)
  assert.deepEqual(said.match(/(?<=\r\n\r\n)\/lean[a-z0-9/]+/g), ['/lean/1', '/lean/later/2', '/lean/3', '/lean/later/4', '/lean/5'])
  assert.match(said, /^HTTP\/1\.1 200 OK\r\ncontent-length: 9\r\nby: lane\r\ndate: \w{3}, .* GMT\r\n\r\n/)
})

test('what is not plain goes to node:http with all that follows: bodies, other paths, heads in pieces', async (t) => {
  const listener = await start(t)
  const line = open(listener)
  line.socket.write(get('/lean/1') + 'POST /other HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello' + get('/lean/2'))
  const said = await line.until(/\/lean\/2 /)
  assert.match(said, /\/other hello/)
  assert.equal(said.match(/by: lane/g)?.length, 1)
  assert.equal(said.match(/by: node/g)?.length, 2)

  const slow = open(listener)
  for (const piece of ['GE', 'T /lean/pi', 'eces HTTP/1.1\r', '\nhost: a\r\n', '\r\n']) {
    slow.socket.write(piece)
    await wait(5)
  }
  await slow.until(/\/lean\/pieces /)
})

test('what can be read in two ways is left to a strict parser', async (t) => {
  const listener = await start(t)
  const refused = [
    'GET /lean/1 HTTP/1.1\r\n\r\n',
    get('/lean/1', 'host: b\r\n').replace('host: a\r\n', 'host: a\r\nhost : c\r\n'),
    get('/lean/1', 'content-length: 5\r\ntransfer-encoding: chunked\r\n'),
    get('/lean/1', 'x: a\nhost: b\r\n'),
    get('/lean/1', 'x\0y: a\r\n'),
    'GET /lean/1 HTTP/1.1 \r\nhost: a\r\n\r\n',
    'GET /lean/1\tHTTP/1.1\r\nhost: a\r\n\r\n',
  ]
  for (const request of refused) {
    const line = open(listener)
    line.socket.write(request)
    assert.match(await line.until(/HTTP\/1\.1 \d+/), /^HTTP\/1\.1 400/, JSON.stringify(request))
    assert.doesNotMatch(line.text(), /by: lane/)
    line.socket.destroy()
  }
  const hidden = get('/lean/hidden')
  const withBody = open(listener)
  withBody.socket.write(get('/lean/1', `content-length: ${hidden.length}\r\n`) + hidden + get('/lean/2'))
  await withBody.until(/\/lean\/2/)
  assert.equal(withBody.text().match(/HTTP\/1\.1 200/g)?.length, 2, 'a body is no request')
  assert.doesNotMatch(withBody.text(), /by: lane/)
  withBody.socket.destroy()
})

test('HEAD has no body; close is heeded; a client that only listens on gets its answer', async (t) => {
  const listener = await start(t)
  const line = open(listener)
  line.socket.write(get('/lean/1').replace('GET', 'HEAD') + get('/lean/2', 'connection: close\r\n') + get('/lean/3'))
  await line.ended
  assert.deepEqual(line.text().match(/\/lean\S+/g), ['/lean/2'])
  assert.match(line.text(), /connection: close\r\n\r\n\/lean\/2 $/)
  const half = open(listener)
  half.socket.end(get('/lean/later/1'))
  await half.ended
  assert.match(half.text(), /\/lean\/later\/1$/)
})

test('a slow client gets all of it in order, and its next request waits', async (t) => {
  const line = open(await start(t))
  line.socket.pause()
  for (let i = 0; i < 3; i++) line.socket.write(get('/lean/large'))
  line.socket.write(get('/lean/last'))
  await wait(100)
  line.socket.resume()
  const said = await line.until(/\/lean\/last $/)
  assert.equal(said.match(/HTTP\/1\.1 200/g)?.length, 4)
  assert.ok(said.length > 24_000_000)
})

test('a client that leaves during its wait harms nobody; closing ends what is idle and lets the rest end', async (t) => {
  const listener = await start(t)
  const leaving = open(listener)
  leaving.socket.write(get('/lean/later/1'))
  await wait(5)
  leaving.socket.destroy()
  const [idle, busy] = [open(listener), open(listener)]
  idle.socket.write(get('/lean/1'))
  await idle.until(/\/lean\/1/)
  busy.socket.write(get('/lean/later/2'))
  await wait(10)
  const since = performance.now()
  await listener.close(5000)
  await Promise.all([idle.ended, busy.ended])
  assert.ok(performance.now() - since < 3000)
  assert.match(busy.text(), /connection: close\r\n\r\n\/lean\/later\/2$/)
})

test('a head of blanks takes no longer to refuse than to read', () => {
  const headOf = (value: string) => Buffer.from(`GET /p/x HTTP/1.1\r\nhost: a\r\nx:${value}\r\n\r\n`, 'latin1')
  const blanks = ' '.repeat(16_000)
  const cpuMs = (value: string, wanted: boolean): number => {
    const before = process.cpuUsage()
    assert.equal(readRequestHead(headOf(value), undefined) !== undefined, wanted)
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000
  }
  assert.equal(readRequestHead(headOf(' \t b c '), undefined)!.fields.byName.get('x'), 'b c')
  cpuMs(blanks, true)
  // It took three seconds: the square of its length.
  assert.ok(cpuMs(`${blanks}\x01`, false) < 300)
})

/** The process's listeners: the lean lane first, then raw handlers, then the app; over TLS also HTTP/2. */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { createServer as createHttp2Server, type Http2Session } from 'node:http2'
import type { AddressInfo, Server as NetServer, Socket } from 'node:net'
import { createServer as createTlsServer, DEFAULT_CIPHERS, type TLSSocket } from 'node:tls'
import type { LeanHandler } from './lean/answer.ts'
import { openLane } from './lean/lane.ts'
import type { RawHandler } from './raw-handler.ts'

export type Listener = {
  port: number
  /** Where it listens with TLS, if it does. */
  tlsPort?: number
  /** Takes no new connection, and ends those that wait for a request. Repeatable. */
  refuse(): void
  /** Refuses, lets running requests end for `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>
}

export type ListenOptions = {
  port: number
  host: string
  handlers: RawHandler[]
  app: RequestListener
  /** Answers plain requests from memory before any of the others is asked. */
  lean?: LeanHandler
  /** Who takes or sends nothing for that long is cut off; five minutes by default. */
  stalledMs?: number
  /** A second port with TLS: HTTP/2 and HTTP/1.1. */
  tls?: TlsOptions
}

export type TlsOptions = {
  port: number
  /** PEM. Read again every hour, since certificates are renewed while we run. Throws when they can't be read. */
  read: () => Certificate
  /** Instead of every hour. */
  everyMs?: number
  /** Told when a later read failed; the last good one stays in use. */
  onBadCertificate: (error: unknown) => void
}
export type Certificate = { cert: string; key: string }

const idleMs = 65_000
/** Longer than any of our answers is silent: putting a large upload together takes a store minutes. */
const longestStallMs = 300_000
const renewEveryMs = 3_600_000
/** Segments are many gigabytes: 128-bit AES first, which costs an eighth less than the 256-bit that clients put first. */
const ciphers = `TLS_AES_128_GCM_SHA256:${DEFAULT_CIPHERS}`

/** Rejects with the system's error (EADDRINUSE…) when it can't listen. Port 0 takes a free one. */
export async function listen(options: ListenOptions): Promise<Listener> {
  const { handlers, app, lean, host, stalledMs = longestStallMs } = options
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    for (const handle of handlers) if (handle(request, response)) return
    app(request, response)
  }
  const server = createServer(
    // A part may take as long as its line needs; whoever reads a body bounds its stalls.
    { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: idleMs, noDelay: true },
    onRequest,
  )
  server.setTimeout(stalledMs)
  const takeWhole = server.listeners('connection')[0] as (this: Server, socket: Socket) => void
  const lane = lean && openLane({ answer: lean, handOver: (socket) => takeWhole.call(server, socket), idleMs })
  const take = (socket: Socket): void => (lane ? lane.take(socket) : takeWhole.call(server, socket))
  server.removeAllListeners('connection').on('connection', take)
  const secure = options.tls && openTls(options.tls, { take, onRequest, stalledMs })
  let ended: Promise<unknown> | undefined

  try {
    const port = await listening(server, options.port, host)
    const tlsPort = secure && (await listening(secure.server, options.tls!.port, host))
    return { port, ...(tlsPort !== undefined && { tlsPort }), refuse, close }
  } catch (error) {
    await close(0)
    throw error
  }

  function refuse(): void {
    if (ended) return
    ended = Promise.all([closing(server), ...(secure ? [closing(secure.server)] : [])])
    server.closeIdleConnections()
    lane?.close()
    secure?.end()
  }

  async function close(graceMs: number): Promise<void> {
    const cut = setTimeout(() => {
      server.closeAllConnections()
      lane?.cut()
      secure?.cut()
    }, graceMs)
    refuse()
    // Connections that had a request when they were refused may be idle by now.
    server.closeIdleConnections()
    await ended
    clearTimeout(cut)
  }
}

/** HTTP/1.1 goes where connections without TLS go; HTTP/2 has its sessions here. */
function openTls({ read, everyMs = renewEveryMs, onBadCertificate }: TlsOptions, to: { take: (socket: Socket) => void; onRequest: (request: IncomingMessage, response: ServerResponse) => void; stalledMs: number }) {
  const sessions = new Set<Http2Session>()
  const handshakes = new Set<Socket>()
  // A window that takes a part of an upload at the speed of a fast line.
  // What waits to be sent counts as a session's memory, though it is the cache's.
  const h2 = createHttp2Server({ maxSessionMemory: 128, settings: { maxConcurrentStreams: 128, initialWindowSize: 2 ** 20 } })
  h2.on('request', (request, response) => to.onRequest(request as unknown as IncomingMessage, response as unknown as ServerResponse))
  h2.on('session', (session) => {
    sessions.add(session)
    session.setTimeout(idleMs, () => {
      session.close()
      // It ends after its streams: of a client that takes nothing, never.
      session.setTimeout(to.stalledMs, () => session.destroy())
    })
    session.once('close', () => sessions.delete(session))
  })
  // All of it each time: a new context keeps nothing of the one before.
  const context = () => ({ ...read(), ciphers, honorCipherOrder: true, minVersion: 'TLSv1.2' as const })
  const server = createTlsServer({ ...context(), ALPNProtocols: ['h2', 'http/1.1'], noDelay: true, handshakeTimeout: 15_000, allowHalfOpen: true })
  server.on('connection', (socket) => {
    handshakes.add(socket)
    socket.once('close', () => handshakes.delete(socket))
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') h2.emit('connection', socket)
    else to.take(socket)
  })
  // Scanners and clients that hang up in the handshake.
  server.on('tlsClientError', (_error, socket) => socket.destroy())
  const renewal = setInterval(() => {
    try {
      server.setSecureContext(context())
    } catch (error) {
      onBadCertificate(error)
    }
  }, everyMs)
  renewal.unref()
  server.once('close', () => clearInterval(renewal))
  return {
    server,
    end(): void {
      for (const session of sessions) session.close()
    },
    cut(): void {
      for (const socket of handshakes) socket.destroy()
    },
  }
}

function listening(server: NetServer, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

const closing = (server: NetServer): Promise<void> =>
  new Promise((resolve) => (server.listening ? server.close(() => resolve()) : resolve()))

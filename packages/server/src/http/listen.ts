/** The process's one listener: raw handlers first, then the app. */
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RawHandler } from './raw-handler.ts'

export type Listener = {
  port: number
  /** Takes no new connection, lets running requests end for `graceMs`, then cuts them. */
  close(graceMs: number): Promise<void>
}

/** Rejects with the system's error (EADDRINUSE…) when it can't listen. Port 0 takes a free one. */
export function listen(options: { port: number; host: string; handlers: RawHandler[]; app: RequestListener }): Promise<Listener> {
  const { handlers, app } = options
  const server = createServer(
    // A part may take as long as its line needs; whoever reads a body bounds its stalls.
    { requestTimeout: 0, headersTimeout: 60_000, keepAliveTimeout: 65_000, noDelay: true },
    (request, response) => {
      for (const handle of handlers) if (handle(request, response)) return
      app(request, response)
    },
  )
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, () => {
      server.off('error', reject)
      resolve({
        port: (server.address() as AddressInfo).port,
        close: (graceMs) =>
          new Promise((closed) => {
            const cut = setTimeout(() => server.closeAllConnections(), graceMs)
            server.close(() => {
              clearTimeout(cut)
              closed()
            })
            server.closeIdleConnections()
          }),
      })
    })
  })
}

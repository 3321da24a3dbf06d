/** Reading a request's body with a limit on silence, and getting rid of one that nobody will read. */
import type { IncomingMessage } from 'node:http'

const drainedBytes = 32 * 2 ** 20
const drainMs = 5000
const lookMs = 100

/** The body's chunks, with backpressure. A sender that is silent for `stallMs` is cut off; an unfinished body throws. */
export async function* readBody(request: IncomingMessage, stallMs: number): AsyncGenerator<Buffer> {
  const timer = setTimeout(() => request.destroy(new Error('the sender fell silent')), stallMs)
  try {
    // Leaving the loop early must not end the connection: the answer says why.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      timer.refresh()
      yield chunk
    }
    if (!request.complete) throw new Error('the body ended early')
  } finally {
    clearTimeout(timer)
  }
}

/**
 * Takes the rest of a refused body from the line for a moment: a connection that is closed with bytes unread is reset,
 * and the sender would lose the answer. What is too long for that is cut off.
 */
export function endUnreadBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return
  request.resume()
  const { socket } = request
  const start = socket.bytesRead
  const since = performance.now()
  const timer = setInterval(() => {
    if (request.complete || socket.destroyed) return clearInterval(timer)
    if (socket.bytesRead - start < drainedBytes && performance.now() - since < drainMs) return
    clearInterval(timer)
    socket.destroy()
  }, lookMs)
}

/** Writes answers on a connection as HTTP/1.1, each in one write. */
import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { fieldText, isEncrypted, type Answer } from './answer.ts'

/** Up to here copying costs less than a second buffer in the write. */
const smallBytes = 16_384

let dateSecond = 0
let dateField = ''
function date(): string {
  const now = Date.now()
  const second = Math.floor(now / 1000)
  if (second !== dateSecond) {
    dateSecond = second
    dateField = `date: ${new Date(now).toUTCString()}\r\n`
  }
  return dateField
}

const statusLines = new Map<number, string>()
function statusLine(status: number): string {
  let line = statusLines.get(status)
  if (line === undefined) statusLines.set(status, (line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n`))
  return line
}

/** One for each lane. `write` ends the connection after the answer if `close`. */
export function openAnswerWriter(): { write(socket: Socket, answer: Answer, options: { withBody: boolean; close: boolean }): void } {
  // Small answers are put together here. When the system took all of one at once, the memory is free again.
  let scratch = Buffer.allocUnsafeSlow(2 * smallBytes)
  return {
    write(socket, { status, head, also, body, release }, { withBody, close }) {
      const text = `${statusLine(status)}${head.text}${fieldText(also)}${date()}${close ? 'connection: close\r\n\r\n' : '\r\n'}`
      const bytes = withBody && body ? body.length : 0
      // Bytes of a connection that broke may still be on their way: they are left to the collector.
      const taken = release && ((error?: Error | null) => void (error || release()))
      if (bytes > smallBytes && isEncrypted(socket)) {
        // TLS copies what comes in several pieces into one: the head goes with a first record, the rest is one piece as it is.
        const first = body!.subarray(0, smallBytes)
        socket.write(Buffer.concat([Buffer.from(text, 'latin1'), first]))
        socket.write(body!.subarray(first.length), taken)
      } else if (bytes > smallBytes || text.length > smallBytes || isEncrypted(socket)) {
        socket.cork()
        socket.write(text, 'latin1')
        if (bytes > 0) socket.write(body!, taken)
        socket.uncork()
      } else {
        const length = scratch.write(text, 0, 'latin1')
        if (bytes > 0) body!.copy(scratch, length)
        release?.()
        socket.write(scratch.subarray(0, length + bytes))
        if (socket.writableLength > 0) scratch = Buffer.allocUnsafeSlow(2 * smallBytes)
      }
      if (close) socket.destroySoon()
    },
  }
}

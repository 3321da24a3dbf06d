/**
 * The lean lane: plain requests that are answered from memory, without the objects and events that node:http makes for
 * each. A connection begins here; its first request that is not plain, or that needs a response object, goes to node:http
 * with all that follows (docs/decisions/0060).
 */
import type { Socket } from 'node:net'
import type { Answer, Asked, LeanHandler } from './answer.ts'
import { readRequestHead, type Fields } from './request-head.ts'
import { openAnswerWriter } from './write-answer.ts'

export type Lane = {
  /** Begins to read a connection. */
  take(socket: Socket): void
  /** Ends connections that wait for a request; the others after their answer. */
  close(): void
  /** Ends all. */
  cut(): void
}

export type LaneOptions = {
  answer: LeanHandler
  /** Takes a connection over whose unread bytes were put back. */
  handOver: (socket: Socket) => void
  idleMs: number
}

/** What may wait on a connection while an earlier answer is made. */
const waitingBytes = 65_536

export function openLane({ answer, handOver, idleMs }: LaneOptions): Lane {
  const writer = openAnswerWriter()
  const open = new Map<Socket, { isIdle(): boolean }>()
  let closing = false

  const take = (socket: Socket): void => {
    let fields: Fields | undefined
    let busy = false
    let waiting: Buffer | undefined
    /** The client says nothing more, but may still listen. */
    let ended = false
    const ip = () => socket.remoteAddress

    const leave = (): void => {
      open.delete(socket)
      socket.off('data', onData)
      socket.off('drain', onDrain)
      socket.off('end', onEnd)
      socket.off('error', onError)
      socket.off('timeout', onTimeout)
      socket.off('close', leave)
    }
    const passOn = (chunk: Buffer): void => {
      leave()
      socket.setTimeout(0)
      socket.pause()
      socket.unshift(chunk)
      handOver(socket)
      socket.resume()
    }
    const send = (given: Answer, method: string): void => {
      if (!socket.destroyed) writer.write(socket, given, { withBody: method !== 'HEAD', close: closing || fields!.close || (ended && !waiting) })
    }
    const goOn = (): void => {
      busy = false
      const chunk = waiting
      waiting = undefined
      if (chunk && !socket.destroyed) onData(chunk)
      if (busy) return
      if (ended && !socket.writableEnded) socket.end()
      if (socket.isPaused()) socket.resume()
    }

    const onData = (chunk: Buffer): void => {
      // After the last answer: it ended the connection.
      if (socket.writableEnded) return
      if (busy) {
        waiting = waiting ? Buffer.concat([waiting, chunk]) : chunk
        if (waiting.length > waitingBytes) socket.pause()
        return
      }
      const head = readRequestHead(chunk, fields)
      if (!head) return passOn(chunk)
      fields = head.fields
      const { byName } = head.fields
      const asked: Asked = { method: head.method, url: head.url, ip, header: (name) => byName.get(name) }
      const given = answer(asked)
      if (given === undefined) return passOn(chunk)
      if (head.length < chunk.length) waiting = chunk.subarray(head.length)
      if (given instanceof Promise) {
        busy = true
        given.then((made) => {
          send(made, asked.method)
          if (!socket.writableNeedDrain) goOn()
        }, onError)
        return
      }
      send(given, head.method)
      // One answer at a time waits for a slow client.
      if (socket.writableNeedDrain) busy = true
      else if (waiting) goOn()
    }
    const onDrain = (): void => {
      if (busy) goOn()
    }
    const onEnd = (): void => {
      ended = true
      if (!busy) socket.end()
    }
    const onError = (): void => void socket.destroy()
    const onTimeout = (): void => void socket.destroy()

    open.set(socket, { isIdle: () => !busy && socket.writableLength === 0 })
    socket.on('data', onData)
    socket.on('drain', onDrain)
    socket.on('end', onEnd)
    socket.on('error', onError)
    socket.on('timeout', onTimeout)
    socket.on('close', leave)
    socket.setTimeout(idleMs)
    if (closing) socket.destroy()
  }

  return {
    take,
    close() {
      closing = true
      for (const [socket, { isIdle }] of open) if (isIdle()) socket.destroy()
    },
    cut() {
      for (const socket of open.keys()) socket.destroy()
    },
  }
}

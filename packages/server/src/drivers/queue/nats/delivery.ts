/** A task as it lies in a stream, and as it was delivered. */
import { headers, type Msg, type MsgHdrs } from '@nats-io/transport-node'
import type { Priority } from '../../../ports/queue.ts'

export type StoredTask = {
  videoId: string
  body: unknown
  priority: Priority
  /** Deliveries that it had as an earlier message: giving it back makes a new one. */
  attempts: number
  /** Why it was given back last. */
  reason?: string
}

export type Delivery = StoredTask & {
  /** Names the message: the same whoever it is delivered to. */
  id: string
  /** How often the message was delivered, this time included. */
  count: number
  /** Which delivery of the task this is, from 1. */
  attempt: number
  /** Where acknowledgements go. */
  reply: string
}

const attemptsHeader = 'Sluice-Attempts'
const reasonHeader = 'Sluice-Reason'

export const payloadOf = ({ videoId, body }: StoredTask): string => JSON.stringify({ videoId, body })

/** A reason may hold any text; a header holds a line of ASCII. */
export function headersOf({ attempts, reason }: StoredTask, others: Record<string, string> = {}): MsgHdrs {
  const made = headers()
  if (attempts > 0) made.set(attemptsHeader, String(attempts))
  if (reason !== undefined) made.set(reasonHeader, encodeURIComponent(reason.toWellFormed()))
  for (const [name, value] of Object.entries(others)) made.set(name, value)
  return made
}

/** What headers and payload say, of a task or a dead letter. */
export function readTask(data: Uint8Array, of: MsgHdrs | undefined): Omit<StoredTask, 'priority'> {
  const { videoId, body } = JSON.parse(Buffer.from(data).toString()) as { videoId: string; body: unknown }
  const reason = of?.get(reasonHeader)
  return { videoId, body, attempts: Number(of?.get(attemptsHeader) || 0), ...(reason && { reason: decodeURIComponent(reason) }) }
}

/**
 * A delivered message; undefined for the server's word that there is none. The reply subject tells stream, consumer, count
 * and sequence: `$JS.ACK.[domain.account.]stream.consumer.count.sequence.…`.
 */
export function readDelivery(message: Msg): Delivery | undefined {
  if (message.reply === undefined || !message.reply.startsWith('$JS.ACK.')) return undefined
  const parts = message.reply.split('.')
  const [stream, consumer, count, sequence] = parts.length > 9 ? parts.slice(4) : parts.slice(2)
  const task = readTask(message.data, message.headers)
  return {
    ...task,
    priority: Number(consumer!.slice(1)) as Priority,
    id: `${stream}/${sequence}`,
    count: Number(count),
    attempt: task.attempts + Number(count),
    reply: message.reply,
  }
}

/** Dead letters: a stream of their own, newest last, the oldest dropped when there are too many. */
import type { JetStreamManager } from '@nats-io/jetstream'
import type { DeadLetter } from '../../../ports/queue.ts'
import { readTask } from './delivery.ts'

/** Messages that are asked for at once. */
const together = 50

/** Newest first. */
export async function readDeadLetters(manager: JetStreamManager, stream: string, limit: number): Promise<DeadLetter[]> {
  const { state } = await manager.streams.info(stream)
  const letters: DeadLetter[] = []
  for (let last = state.last_seq; last >= state.first_seq && last > 0 && letters.length < limit; last -= together) {
    const first = Math.max(state.first_seq, last - together + 1)
    const sequences = Array.from({ length: last - first + 1 }, (_, index) => last - index)
    const found = await Promise.all(sequences.map((seq) => readLetter(manager, stream, seq)))
    letters.push(...found.filter((letter) => letter !== undefined))
  }
  return letters.slice(0, limit)
}

/** Undefined where one was removed. */
async function readLetter(manager: JetStreamManager, stream: string, seq: number): Promise<DeadLetter | undefined> {
  const message = await manager.streams.getMessage(stream, { seq })
  if (!message) return undefined
  const { body, videoId, attempts, reason = '' } = readTask(message.data, message.header)
  return { id: String(seq), body, videoId, attempts, reason, buriedAt: message.time.getTime() }
}

/** One that is not there is no error. */
export async function removeDeadLetter(manager: JetStreamManager, stream: string, id: string): Promise<void> {
  if (!/^[1-9]\d{0,14}$/.test(id) || !(await manager.streams.getMessage(stream, { seq: Number(id) }))) return
  await manager.streams.deleteMessage(stream, Number(id), false)
}

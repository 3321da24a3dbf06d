/** The queue driver's SQL: one function that performs any request on an open database. */
import type { DatabaseSync } from 'node:sqlite'
import type { QueueRequest, TakeAnswer } from './requests.ts'
import type { Priority } from '../../../ports/queue.ts'

/** The oldest go first: a queue that nobody looks at must not fill the disk. */
const deadLettersKept = 10_000

const noReason = 'handed out too often without an end'

/** Statements are prepared once; `maxAttempts` deliveries without an ack bury a task. */
export function performer(database: DatabaseSync, maxAttempts: number): (request: QueueRequest) => unknown {
  const enqueue = database.prepare('INSERT INTO tasks (priority, video_id, body, enqueued_at, waits_until) VALUES (?, ?, ?, ?, ?)')
  const buryWorn = database.prepare(
    `INSERT INTO dead_letters (id, video_id, body, attempts, reason, buried_at)
     SELECT id, video_id, body, attempts, coalesce(reason, '${noReason}'), :now FROM tasks WHERE waits_until <= :now AND attempts >= :max`,
  )
  const removeWorn = database.prepare('DELETE FROM tasks WHERE waits_until <= ? AND attempts >= ?')
  const wake = database.prepare('UPDATE tasks SET waits_until = NULL WHERE waits_until <= ?')
  const first = database.prepare(
    `SELECT id, body AS json, priority, video_id AS videoId, attempts + 1 AS attempt FROM tasks WHERE waits_until IS NULL AND priority = ? ORDER BY id LIMIT 1`,
  )
  const lease = database.prepare('UPDATE tasks SET attempts = attempts + 1, token = ?, waits_until = ? WHERE id = ?')
  const next = database.prepare(
    `SELECT min(waits_until) AS ms FROM tasks WHERE waits_until IS NOT NULL AND priority IN (SELECT value FROM json_each(?))`,
  )
  const extend = database.prepare('UPDATE tasks SET waits_until = ? WHERE id = ? AND token = ?')
  const ack = database.prepare('DELETE FROM tasks WHERE id = ? AND token = ?')
  const retry = database.prepare('UPDATE tasks SET waits_until = ?, token = NULL, reason = ? WHERE id = ? AND token = ? AND attempts < ?')
  const release = database.prepare('UPDATE tasks SET waits_until = NULL, token = NULL, attempts = attempts - 1 WHERE id = ? AND token = ?')
  const bury = database.prepare(
    `INSERT INTO dead_letters (id, video_id, body, attempts, reason, buried_at)
     SELECT id, video_id, body, attempts, ?, ? FROM tasks WHERE id = ? AND token = ?`,
  )
  const trim = database.prepare(
    'DELETE FROM dead_letters WHERE id IN (SELECT id FROM dead_letters ORDER BY buried_at DESC, id DESC LIMIT -1 OFFSET ?)',
  )
  const depth = database.prepare(
    `SELECT priority,
       count(*) FILTER (WHERE waits_until IS NULL OR waits_until <= :now) AS ready,
       count(*) FILTER (WHERE waits_until > :now AND token IS NULL) AS delayed,
       count(*) FILTER (WHERE waits_until > :now AND token IS NOT NULL) AS leased,
       min(enqueued_at) FILTER (WHERE waits_until IS NULL OR waits_until <= :now) AS oldestMs
     FROM tasks GROUP BY priority`,
  )
  const deadLetters = database.prepare(
    `SELECT id, body AS json, video_id AS videoId, attempts, reason, buried_at AS buriedAt FROM dead_letters ORDER BY buried_at DESC, id DESC LIMIT ?`,
  )
  const removeDeadLetter = database.prepare('DELETE FROM dead_letters WHERE id = ?')
  const ping = database.prepare('SELECT 1')

  const take = (priorities: Priority[], token: string, untilMs: number, nowMs: number): TakeAnswer => {
    if (Number(buryWorn.run({ now: nowMs, max: maxAttempts }).changes) > 0) {
      removeWorn.run(nowMs, maxAttempts)
      trim.run(deadLettersKept)
    }
    wake.run(nowMs)
    for (const priority of priorities) {
      const found = first.get(priority)
      if (!found) continue
      lease.run(token, untilMs, found['id']!)
      return { taken: { ...found } as Extract<TakeAnswer, { taken: unknown }>['taken'] }
    }
    return { nextMs: next.get(JSON.stringify(priorities))!['ms'] as number | null }
  }

  const buryLeased = (id: number, token: string, reason: string, nowMs: number): void => {
    bury.run(reason, nowMs, id, token)
    ack.run(id, token)
    trim.run(deadLettersKept)
  }

  return (request) => {
    switch (request.kind) {
      case 'enqueue':
        enqueue.run(request.priority, request.videoId, request.json, request.nowMs, request.readyAtMs > request.nowMs ? request.readyAtMs : null)
        return undefined
      case 'take':
        return take(request.priorities, request.token, request.untilMs, request.nowMs)
      case 'extend':
        return Number(extend.run(request.untilMs, request.id, request.token).changes) === 1
      case 'ack':
        return void ack.run(request.id, request.token)
      case 'retry': {
        const given = Number(retry.run(request.readyAtMs, request.reason, request.id, request.token, maxAttempts).changes)
        return given === 1 ? undefined : buryLeased(request.id, request.token, request.reason, request.nowMs)
      }
      case 'bury':
        return buryLeased(request.id, request.token, request.reason, request.nowMs)
      case 'release':
        return void release.run(request.id, request.token)
      case 'depth':
        return depth.all({ now: request.nowMs }).map((row) => ({ ...row }))
      case 'deadLetters':
        return deadLetters.all(request.limit).map((row) => ({ ...row }))
      case 'removeDeadLetter':
        return void removeDeadLetter.run(request.id)
      case 'ping':
        return void ping.get()
    }
  }
}

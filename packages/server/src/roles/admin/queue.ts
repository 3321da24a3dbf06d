/** What `sluice admin queue` and `sluice admin retry` do. */
import { systemClock } from '../../base/time.ts'
import { tryAgain } from '../../catalog/retry.ts'
import { isId } from '../../domain/keys.ts'
import { parseMessage, taskOf } from '../../domain/messages.ts'
import { isGone, type Video } from '../../domain/video.ts'
import { ProblemError } from '../../http/problem.ts'
import type { DeadLetter, QueueDepth } from '../../ports/queue.ts'
import { readClaims } from '../../records/claim.ts'
import { readVideo } from '../../records/video.ts'
import { dueDelaySeconds } from '../upload-deps.ts'
import type { AdminPorts } from './open.ts'

export type QueueReport = {
  depth: QueueDepth[]
  /** Tasks that encoders say they are at: those that could be asked for twice claim their work. */
  inWork: { videoId: string; task: unknown }[]
  /** Newest first. */
  deadLetters: DeadLetter[]
}

const mostShown = 1000

/** DriverUnavailable. */
export async function readQueue({ queue, documents }: AdminPorts): Promise<QueueReport> {
  const [depth, deadLetters, claims] = await Promise.all([queue.depth(), queue.deadLetters(mostShown), readClaims(documents, mostShown)])
  return { depth, deadLetters, inWork: claims.map(({ videoId, work }) => ({ videoId, task: JSON.parse(work) as unknown })) }
}

/** A failed video is tried again. Problems: `video_not_found`, `not_failed`. */
export async function retryById(ports: AdminPorts, videoId: string): Promise<Video> {
  const video = isId(videoId) ? (await readVideo(ports.documents, videoId))?.value : undefined
  if (!video || isGone(video)) throw new ProblemError('video_not_found', { detail: `There is no video ${videoId}` })
  return tryAgain(retryDeps(ports), video)
}

export type RetriedLetter = { id: string; videoId: string; outcome: 'queued' | 'video retried' | 'unknown task' | 'video gone' }

/**
 * Every dead letter's task goes into the queue again and the letter goes; a video that failed for it is tried again whole.
 * A task that this version does not know stays where it is.
 */
export async function retryDead(ports: AdminPorts): Promise<RetriedLetter[]> {
  const { queue, documents } = ports
  const done: RetriedLetter[] = []
  const left = new Set<string>()
  for (;;) {
    const letters = (await queue.deadLetters(mostShown)).filter(({ id }) => !left.has(id))
    if (letters.length === 0) return done
    for (const { id, body, videoId } of letters) {
      left.add(id)
      const message = parseMessage(body)
      if (!message) {
        done.push({ id, videoId, outcome: 'unknown task' })
        continue
      }
      const video = (await readVideo(documents, message.videoId))?.value
      const isThere = video !== undefined && !isGone(video)
      const outcome = isThere && video.state === 'failed' ? 'video retried' : isThere || message.kind === 'sweep' ? 'queued' : 'video gone'
      if (outcome === 'video retried') await tryAgain(retryDeps(ports), video!)
      if (outcome === 'queued') await queue.enqueue(taskOf(message))
      await queue.removeDeadLetter(id)
      done.push({ id, videoId, outcome })
    }
  }
}

const retryDeps = (ports: AdminPorts) => ({ ...ports, clock: systemClock, limits: { dueDelaySeconds: dueDelaySeconds(ports.settings) } })

/** Dead letters: tasks that were handed out too often. Counted as a failed attempt, then tried again or the video fails. */
import { parseMessage, taskOf } from '../../domain/messages.ts'
import { isFinal } from '../../domain/video.ts'
import { readVideo } from '../../records/video.ts'
import { countFailure, failedAttemptsLimit, isDispensable } from '../worker/count-failure.ts'
import type { EncodeDeps } from '../deps.ts'
import { failureOf, failVideo } from '../worker/fail-video.ts'
import { failureDetail } from '../worker/failure-detail.ts'
import { waitingPrefix } from '../worker/run-task.ts'

/** Between the rounds of a task that waits for something that is away. */
const outageDelaySeconds = 60

/**
 * A task is buried after many deliveries without an end. Where its workers said that they only waited for something, it
 * is enqueued again, however often; else it may be one that kills its workers, and a round counts as a failed attempt.
 */
export async function takeUpDeadLetters(deps: EncodeDeps): Promise<void> {
  for (const letter of await deps.queue.deadLetters(100)) {
    const message = parseMessage(letter.body)
    if (!message) continue
    const video = (await readVideo(deps.documents, message.videoId))?.value
    const isUnfinished = video && !isFinal(video) && !isDispensable(message)
    if (isUnfinished && letter.reason.startsWith(waitingPrefix)) {
      await deps.queue.enqueue(taskOf(message, outageDelaySeconds))
    } else if (isUnfinished) {
      const failures = await countFailure(deps, message)
      deps.log.error({ ...message, attempts: letter.attempts, reason: letter.reason, failures }, 'a task was buried')
      if (failures >= failedAttemptsLimit) await failVideo(deps, video.id, failureOf('encode_failed'), failureDetail(message, letter.reason || 'its workers died'))
      else if (failures > 0) await deps.queue.enqueue(taskOf(message))
    }
    await deps.queue.removeDeadLetter(letter.id)
  }
}

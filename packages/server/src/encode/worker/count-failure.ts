/** Counts failed attempts where they survive the queue: in the chunk's document, or on the video before there is a plan. */
import type { Message } from '../../domain/messages.ts'
import { countFailedAttempt } from '../../records/chunk.ts'
import { readPlan } from '../../records/plan.ts'
import { updateVideo } from '../../records/video.ts'
import { chunksPerPart } from '../tasks/audio-parts.ts'
import type { EncodeDeps } from '../deps.ts'
import { startRendition } from '../progress/listing.ts'

/** What a video can do without: its failures are not the video's. */
const dispensable: ReadonlySet<Message['kind']> = new Set(['poster', 'segment', 'extra', 'upgrade', 'sweep'])
export const isDispensable = ({ kind }: Message): boolean => dispensable.has(kind)

/** With this many failed attempts at one thing the video has failed. */
export const failedAttemptsLimit = 6

/** The number of failed attempts so far, this one included; 0 when there is nothing left to count them on. */
export async function countFailure(deps: Pick<EncodeDeps, 'documents'>, message: Message): Promise<number> {
  if (message.kind === 'inspect' || message.kind === 'remux') {
    const video = await updateVideo(deps.documents, message.videoId, (stored) => ({ ...stored, failedAttempts: (stored.failedAttempts ?? 0) + 1 }))
    return video?.failedAttempts ?? 0
  }
  const plan = 'revision' in message ? await readPlan(deps.documents, message.videoId, message.revision) : undefined
  if (!plan) return 0
  const renditionId = message.kind === 'audio' ? message.renditionId : message.kind === 'chunk' ? (message.renditionIds?.[0] ?? plan.video!.renditions[0]!.id) : startRendition(plan)
  const chunk = message.kind === 'chunk' ? message.chunk : message.kind === 'audio' ? (message.part ?? 0) * chunksPerPart : 0
  return countFailedAttempt(deps.documents, plan, renditionId, chunk)
}

/** Fairness between accounts: so many videos of each are in work at once, the others wait in the account's list (DESIGN §3). */
import { taskOf } from '../../domain/messages.ts'
import { isFinal, type Video } from '../../domain/video.ts'
import { listAccountWork, readAccountWork, unlistAccountWork, type WorkStage } from '../../records/account-work.ts'
import { readVideo } from '../../records/video.ts'
import type { EncodeDeps } from '../deps.ts'

type AdmissionDeps = Pick<EncodeDeps, 'documents' | 'queue' | 'limits'>

/** Bulk takes minutes where an opening takes seconds: half as many. */
const placesOf = ({ limits }: AdmissionDeps, stage: WorkStage): number =>
  stage === 'opening' ? limits.videosPerAccount : Math.max(1, Math.floor(limits.videosPerAccount / 2))

/** Whether a video still is what its stage's list says. One whose source is being copied has a task of its own. */
const isInStage: Record<WorkStage, (video: Video) => boolean> = {
  opening: (video) => video.state === 'inspecting' && video.deletedAt === undefined && !(video.remux && !video.remux.copy && !video.remux.failed),
  bulk: (video) => !isFinal(video),
}

/**
 * True when the video is among its account's oldest unfinished ones, as many as have places. Else it stays in the list:
 * leaving brings it on, and, should that get lost, its due entry. The list is checked against the videos at every
 * look, so it can't drift.
 */
export async function admit(deps: AdmissionDeps, stage: WorkStage, video: Video): Promise<boolean> {
  await listAccountWork(deps.documents, stage, video)
  return (await moveUp(deps, stage, video)).includes(video.id)
}

/** After a video's state was stored that ends a stage: its account's next one is enqueued. Repeatable. */
export async function leave(deps: AdmissionDeps, video: Video): Promise<void> {
  for (const stage of ['opening', 'bulk'] as const) {
    if (isInStage[stage](video)) continue
    await moveUp(deps, stage, video)
    await unlistAccountWork(deps.documents, stage, video)
  }
}

/** The videos that have places now. Those that just got theirs are enqueued, but for the caller's own. */
async function moveUp(deps: AdmissionDeps, stage: WorkStage, own: Video): Promise<string[]> {
  const places = placesOf(deps, stage)
  const admitted: string[] = []
  let place = 0
  // Whatever number of them has gone without leaving: those behind must not wait for one look after the other.
  for await (const { videoId } of readAccountWork(deps.documents, own.accountId, stage)) {
    if (admitted.length === places) break
    const hadPlace = place++ < places
    const video = videoId === own.id ? own : (await readVideo(deps.documents, videoId))?.value
    if (!video) continue
    if (!isInStage[stage](video)) {
      await unlistAccountWork(deps.documents, stage, video)
      continue
    }
    admitted.push(videoId)
    if (!hadPlace && videoId !== own.id) await deps.queue.enqueue(taskOf({ kind: 'inspect', videoId, ...(stage === 'bulk' && { again: true }) }))
  }
  return admitted
}

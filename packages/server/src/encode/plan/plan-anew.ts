/** Gives up a revision whose hardware encoder is gone: the video is inspected again, and planned for an encoder that is there. */
import { taskOf, videoTopic } from '../../domain/messages.ts'
import type { Plan } from '../../domain/plan.ts'
import type { Video } from '../../domain/video.ts'
import { removeRevision } from '../../records/plan.ts'
import { updateVideo } from '../../records/video.ts'
import type { EncodeDeps } from '../deps.ts'

const warning = {
  code: 'encoder_gone',
  message: 'The hardware encoder that this video was planned for is gone: it is encoded anew with another one.',
}

/**
 * Parameter sets differ between encoders, so a revision never changes its encoder: it is retired whole, with what was made
 * of it. A ready video stays: what is complete of it plays. The first one to get here does it; repeating it does nothing.
 */
export async function planAnew(deps: EncodeDeps, { videoId, revision }: Plan): Promise<void> {
  let retired = false
  await updateVideo(deps.documents, videoId, (video) => {
    retired = video.revision === revision && (video.state === 'inspecting' || video.state === 'playable')
    return retired ? unplanned(video) : undefined
  })
  if (!retired) return
  deps.log.warn({ videoId, revision }, 'planned anew: nobody has the hardware encoder of its plan')
  await deps.queue.enqueue(taskOf({ kind: 'inspect', videoId, again: true }))
  await deps.signals.publish(videoTopic(videoId), { kind: 'video' })
  // Its objects go with the sweep, which spares what is young.
  await removeRevision(deps.documents, videoId, revision)
}

/** As after `complete`: what hangs on the revision goes, its posters included. A poster's key lies below the revision's. */
function unplanned(video: Video): Video {
  const { revision: _revision, manifestVersion: _version, startRendition: _start, playableAt: _playable, posterKey: _poster, ...kept } = video
  return { ...kept, state: 'inspecting', progress: 0, completeRenditions: [], warnings: [warning] }
}

/** Brings the manifests up to date with the video's captions, in a version of their own. */
import { offeredCaptions } from '../../domain/extras.ts'
import { videoTopic } from '../../domain/messages.ts'
import { readSlots } from '../../records/chunk.ts'
import { readManifestVersion } from '../../records/plan.ts'
import { readVideo, updateVideo } from '../../records/video.ts'
import type { AddExtra } from '../reconcile/extras-due.ts'
import { publishManifest, sameCaptions } from '../progress/publish-manifest.ts'
import { isLive } from '../read-live.ts'

/** Captions may change, and other versions come, while this runs: so it ends by looking whether the last version has the last captions. */
export const addCaptions: AddExtra = async (deps, { plan }, signal) => {
  const { videoId, revision } = plan
  for (;;) {
    signal.throwIfAborted()
    const video = (await readVideo(deps.documents, videoId))?.value
    if (!isLive(video, revision)) return
    const captions = offeredCaptions(video.captions ?? [])
    const present = video.manifestVersion ?? 1
    const listed = (await readManifestVersion(deps.documents, videoId, revision, present))?.captions
    if (sameCaptions(listed, captions)) return
    const { slots } = await readSlots(deps.documents, plan)
    const version = await publishManifest(deps, plan, present, slots, { captions })
    await updateVideo(deps.documents, videoId, (now) => (isLive(now, revision) && (now.manifestVersion ?? 1) < version ? { ...now, manifestVersion: version } : undefined))
    await deps.signals.publish(videoTopic(videoId), { kind: 'video' })
  }
}

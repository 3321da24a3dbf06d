/** Going on with the upload of an earlier visit: with that very one or from the start, never with another one of the same file. */
import type { Video } from '@sluice/contract'
import { openLocalResumeStore, type ResumeStore, type Upload } from '@sluice/sdk'
import { api, isCode, queryClient } from '../data/api.ts'
import { storeVideo } from '../data/video-queries.ts'
import { forgetHandle } from './file-handles.ts'

/** This browser's records, without one that is of another upload than the earlier one or the one begun in its place. */
export function resumeStoreOf(earlier: Video): ResumeStore {
  const store = openLocalResumeStore()
  let { uploadId } = earlier
  return {
    async get(key) {
      const record = await store.get(key)
      return record?.uploadId === uploadId ? record : undefined
    },
    set(key, record) {
      uploadId = record.uploadId
      return store.set(key, record)
    },
    delete: (key) => store.delete(key),
  }
}

/**
 * Where another upload had to be begun, it takes over the earlier one's words at once, and the earlier one goes when the new one is
 * done: until then another browser may still send it. One that was completed meanwhile stays, and so does one that can't be removed now.
 */
export function replaceOnceDone(upload: Upload, earlier: Video): void {
  let words: Promise<void> | undefined
  const stop = upload.subscribe(() => {
    const { phase, videoId } = upload.snapshot()
    if (!videoId) return
    if (videoId === earlier.id) return stop()
    words ??= takeOver(earlier, videoId)
    // Awaited below, and only there of interest.
    words.catch(() => undefined)
    if (phase !== 'done') return
    stop()
    words
      .then(() => removeEarlier(earlier))
      .catch(() => undefined)
      .finally(() => queryClient.invalidateQueries({ queryKey: ['videos'] }))
  })
}

/** Title and visibility went with the begin; the other words follow before the owner can change them. */
async function takeOver(earlier: Video, videoId: string): Promise<void> {
  const { description, downloadable, chapters } = await api.videos.get(earlier.id)
  storeVideo(queryClient, await api.videos.change(videoId, { description, downloadable, chapters }))
}

/** Its video goes with it. One that is complete, or gone, is left as it is. */
export async function removeEarlier({ id, uploadId }: Video): Promise<void> {
  await api.uploads.abort(uploadId!).catch((error: unknown) => {
    if (!isCode(error, 'upload_finished', 'upload_not_found')) throw error
  })
  await forgetHandle(id)
}

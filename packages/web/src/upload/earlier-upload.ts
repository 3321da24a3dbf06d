/** Going on with the upload of an earlier visit: with that very one or from the start, never with another one of the same file. */
import type { Video } from '@sluice/contract'
import { openLocalResumeStore, type ResumeStore, type Upload } from '@sluice/sdk'
import { api, queryClient } from '../data/api.ts'
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

/** Where another upload had to be begun, the earlier one goes. If that fails it stays on the page, to be removed by hand. */
export function replaceOnceBegun(upload: Upload, earlier: Video): void {
  const stop = upload.subscribe(() => {
    const { videoId } = upload.snapshot()
    if (!videoId) return
    stop()
    if (videoId === earlier.id) return
    replace(earlier.id, videoId)
      .catch(() => undefined)
      .finally(() => queryClient.invalidateQueries({ queryKey: ['videos'] }))
  })
}

/** Title and visibility went with the begin; the other words follow before they are lost. */
async function replace(earlierId: string, videoId: string): Promise<void> {
  const { description, downloadable, chapters } = await api.videos.get(earlierId)
  storeVideo(queryClient, await api.videos.change(videoId, { description, downloadable, chapters }))
  await api.videos.delete(earlierId)
  await forgetHandle(earlierId)
}

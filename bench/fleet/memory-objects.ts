/** The objects port as far as encoders use it, without bytes: keys, sizes and the latency of an S3; sometimes it answers 503. */
import { DriverUnavailable, ObjectNotFound } from '../../packages/server/src/base/errors.ts'
import { sleep } from '../../packages/server/src/base/time.ts'
import { videoOfKey } from '../../packages/server/src/domain/keys.ts'
import type { ObjectInfo, Objects } from '../../packages/server/src/ports/objects.ts'
import { logNormal, type Random } from './draws.ts'

export type MemoryObjects = Objects & {
  /** Forgets a video's objects, at once. */
  drop(videoId: string): void
}

/** Means, in milliseconds: a write of a few MB, a read of a part of one, a list. */
const [putMs, getMs, listMs, spread] = [60, 20, 30, 0.5]
const bytes = Buffer.alloc(16)
const never = (): Promise<never> => Promise.reject(new TypeError('encoders upload nothing in parts'))

/** `faultShare` of the calls fail, after the driver's own retries. */
export function openMemoryObjects({ random, faultShare }: { random: Random; faultShare: number }): MemoryObjects {
  const videos = new Map<string, Map<string, ObjectInfo>>()
  const ofVideo = (key: string): Map<string, ObjectInfo> | undefined => videos.get(videoOfKey(key)!)
  const call = async (milliseconds: number): Promise<void> => {
    await sleep(logNormal(random, milliseconds, spread))
    if (random() < faultShare) throw new DriverUnavailable('503')
  }
  return {
    drop: (videoId) => void videos.delete(videoId),
    async put(_bucket, key, _body, { sizeBytes = 1 }) {
      await call(putMs)
      const videoId = videoOfKey(key)!
      const objects = videos.get(videoId) ?? new Map<string, ObjectInfo>()
      videos.set(videoId, objects.set(key, { key, sizeBytes, etag: '"-"', modifiedAt: Date.now() }))
    },
    async get(bucket, key) {
      await call(getMs)
      // Sources are all there; they were never put.
      if (bucket === 'encoded' && !ofVideo(key)?.has(key)) throw new ObjectNotFound(key)
      return bytes
    },
    async head(_bucket, key) {
      await call(getMs)
      return ofVideo(key)?.get(key)
    },
    async list(bucket, prefix) {
      await call(listMs)
      const objects = bucket === 'encoded' ? [...(videos.get(videoOfKey(prefix)!)?.values() ?? [])] : []
      return { items: objects.filter(({ key }) => key.startsWith(prefix)) }
    },
    async delete(_bucket, keys) {
      await call(listMs)
      for (const key of keys) ofVideo(key)?.delete(key)
    },
    signRead: async (_bucket, key) => `http://store/${key}`,
    createUpload: never,
    signPart: never,
    listParts: never,
    completeUpload: never,
    abortUpload: never,
    listUploads: never,
    close: async () => {},
  }
}

/** The sweep of the whole installation: every video's leftovers, objects of videos that are not there, uploads that nobody will end. */
import { uploadOfSource, videoOfKey, videoPrefix } from '../../domain/keys.ts'
import type { Bucket, Objects } from '../../ports/objects.ts'
import { pagesOf } from '../../ports/objects-pages.ts'
import { readUpload } from '../../records/upload.ts'
import { readVideo } from '../../records/video.ts'
import { sweepVideo, type SweepDeps } from './sweep.ts'

export type Swept = { kind: 'object' | 'upload'; bucket: Bucket; key: string }

export type SweepAllOptions = {
  graceMinutes: number
  /** Otherwise it is only told what would be removed. */
  remove: boolean
  onFound: (one: Swept) => void
  signal: AbortSignal
}

/** Documents that name no video beside objects that belong to some: they are another installation's, or lost. */
export class NoSuchInstallation extends Error {
  override name = 'NoSuchInstallation'
}

const buckets = ['raw', 'encoded'] as const

/** Errors: NoSuchInstallation, DriverUnavailable; what was swept until then stays swept. */
export async function sweepAll(deps: SweepDeps, options: SweepAllOptions): Promise<void> {
  const { signal } = options
  const telling = tellingDeps(deps, options)
  const oldest = deps.clock() - options.graceMinutes * 60_000
  let checked = false
  for await (const videoId of videoIds(deps.objects)) {
    signal.throwIfAborted()
    if (!checked) await refuseWithoutVideos(deps)
    checked = true
    if (await readVideo(deps.documents, videoId)) await sweepVideo(telling, videoId, options)
    else for (const bucket of buckets) await sweepOwnerless(telling.objects, bucket, videoId, oldest)
  }
  for (const bucket of buckets) await sweepUploads({ ...deps, objects: telling.objects }, bucket, oldest, signal)
}

/** The same ports, telling what goes; without `remove` nothing does, and nothing is written. */
function tellingDeps(deps: SweepDeps, { remove, onFound }: SweepAllOptions): SweepDeps {
  const objects: Objects = {
    ...deps.objects,
    async delete(bucket, keys) {
      for (const key of keys) onFound({ kind: 'object', bucket, key })
      if (remove) await deps.objects.delete(bucket, keys)
    },
    async abortUpload(upload) {
      onFound({ kind: 'upload', bucket: upload.bucket, key: upload.key })
      if (remove) await deps.objects.abortUpload(upload)
    },
  }
  const silent = { ...deps.log, info() {} }
  return remove ? { ...deps, objects } : { ...deps, objects, log: silent, documents: { ...deps.documents, put: async () => '' } }
}

async function refuseWithoutVideos({ documents }: SweepDeps): Promise<void> {
  if ((await documents.scan('video', { limit: 1 })).items.length > 0) return
  throw new NoSuchInstallation('The documents name no video at all, but the buckets hold objects of some: are these the documents of these buckets? Nothing was removed.')
}

async function sweepOwnerless(objects: Objects, bucket: Bucket, videoId: string, oldest: number): Promise<void> {
  for await (const page of pagesOf(objects, bucket, videoPrefix(videoId))) {
    const keys = page.filter(({ modifiedAt }) => modifiedAt <= oldest).map(({ key }) => key)
    if (keys.length > 0) await objects.delete(bucket, keys)
  }
}

/** What lies in the encoded bucket, or is a copy of a source, was begun by an encoder: after the grace it is dead. */
async function sweepUploads({ objects, documents }: SweepDeps, bucket: Bucket, oldest: number, signal: AbortSignal): Promise<void> {
  for (let cursor: string | undefined; ; ) {
    const page = await objects.listUploads(bucket, cursor)
    for (const key of new Set(page.items.filter(({ startedAt }) => startedAt <= oldest).map(({ key }) => key))) {
      signal.throwIfAborted()
      const uploadId = uploadOfSource(key)
      const upload = uploadId === undefined ? undefined : await readUpload(documents, uploadId)
      const isRunning = upload?.state === 'open' || upload?.state === 'completing'
      if (videoOfKey(key) !== undefined && !isRunning) await objects.abortUpload({ bucket, key })
    }
    if (page.cursor === undefined) return
    cursor = page.cursor
  }
}

/** Of both buckets, each once: two lists in key order, merged. */
async function* videoIds(objects: Objects): AsyncGenerator<string> {
  const lists = buckets.map((bucket) => idsOf(objects, bucket))
  const heads = await Promise.all(lists.map((list) => list.next()))
  for (;;) {
    const present = heads.flatMap(({ value, done }) => (done ? [] : [value as string]))
    if (present.length === 0) return
    const first = present.reduce((least, id) => (id < least ? id : least))
    yield first
    for (const [index, list] of lists.entries()) if (heads[index]!.value === first) heads[index] = await list.next()
  }
}

async function* idsOf(objects: Objects, bucket: Bucket): AsyncGenerator<string, undefined> {
  let last: string | undefined
  for await (const page of pagesOf(objects, bucket, 'v/')) {
    for (const { key } of page) {
      const id = videoOfKey(key)
      if (id === undefined || id === last) continue
      last = id
      yield id
    }
  }
  return undefined
}

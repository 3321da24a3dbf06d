/** Copies every object of both buckets in key order; each is read back, and its SHA-256 compared. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { videoPrefix } from '../domain/keys.ts'
import { hasStarted, isGone } from '../domain/video.ts'
import type { Bucket, ObjectInfo, Objects } from '../ports/objects.ts'
import { pagesOf } from '../ports/objects-pages.ts'
import { readVideo } from '../records/video.ts'
import { eachAtOnce, TransferRefused, type TransferDeps, type TransferOptions } from './deps.ts'

const objectsAtOnce = 4
/** Below what a driver reads in one go, and what it holds of one object. */
const readBytes = 16 * 2 ** 20

export type CopiedObjects = { count: number; bytes: number; copied: number; removed: number }

/** Whatever is there already is compared, or trusted by its size. TransferRefused for bytes that differ. */
export async function copyObjects(deps: TransferDeps, options: Pick<TransferOptions, 'again' | 'trustSizes'>): Promise<CopiedObjects> {
  const sum: CopiedObjects = { count: 0, bytes: 0, copied: 0, removed: 0 }
  for (const bucket of ['raw', 'encoded'] as const) {
    await eachAtOnce(infosOf(deps.from.objects, bucket, deps.signal), objectsAtOnce, async (info) => {
      if (await copyOne(deps, bucket, info, options.trustSizes)) sum.copied++
      sum.count++
      sum.bytes += info.sizeBytes
      deps.onProgress({ step: 'objects', what: bucket, done: sum.count, bytes: sum.bytes })
    })
    await compareLists(deps, bucket, options.again, sum)
  }
  return sum
}

/** Whether it was copied; an object of another size was cut off by somebody, and is written anew. */
async function copyOne({ from, to, signal }: TransferDeps, bucket: Bucket, { key, sizeBytes }: ObjectInfo, trustSizes: boolean): Promise<boolean> {
  const found = await to.objects.head(bucket, key)
  const isThere = found?.sizeBytes === sizeBytes
  if (isThere && trustSizes) return false
  if (isThere && (await sha256Of(to.objects, bucket, key, sizeBytes, signal)) === (await sha256Of(from.objects, bucket, key, sizeBytes, signal))) return false
  const hash = createHash('sha256')
  const bytes = async function* () {
    for await (const chunk of chunksOf(from.objects, bucket, key, sizeBytes, signal)) {
      hash.update(chunk)
      yield chunk
    }
  }
  // An empty object is no stream for stores that make parts.
  await to.objects.put(bucket, key, sizeBytes === 0 ? new Uint8Array() : Readable.from(bytes(), { objectMode: false }), { mediaType: mediaTypeOf(bucket, key), sizeBytes })
  if ((await sha256Of(to.objects, bucket, key, sizeBytes, signal)) !== hash.digest('hex')) throw new TransferRefused(`${bucket} ${key} is not at the destination what it is at the source. Run it again.`)
  return true
}

async function sha256Of(objects: Objects, bucket: Bucket, key: string, sizeBytes: number, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of chunksOf(objects, bucket, key, sizeBytes, signal)) hash.update(chunk)
  return hash.digest('hex')
}

async function* chunksOf(objects: Objects, bucket: Bucket, key: string, sizeBytes: number, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < sizeBytes; start += readBytes) {
    yield await objects.get(bucket, key, { start, end: Math.min(start + readBytes, sizeBytes) - 1 }, signal)
  }
}

/** Both lists at the end: the same keys with the same sizes. What the destination has besides goes with `again`, and is an error without. */
async function compareLists({ from, to, signal }: TransferDeps, bucket: Bucket, again: boolean, sum: CopiedObjects): Promise<void> {
  const source = infosOf(from.objects, bucket, signal)
  let next = await source.next()
  const others: string[] = []
  for await (const { key, sizeBytes } of infosOf(to.objects, bucket, signal)) {
    if (!next.done && next.value.key === key && next.value.sizeBytes === sizeBytes) next = await source.next()
    else if (next.done || key < next.value.key) others.push(key)
    else break
  }
  if (!next.done) throw new TransferRefused(`${bucket} ${next.value.key} is not at the destination. Did the source change meanwhile? Run it again.`)
  if (others.length > 0 && !again) throw new TransferRefused(`The destination's bucket ${bucket} has ${others.length} objects besides (${others[0]}…).`)
  await refuseLoss(from, bucket, others)
  for (let first = 0; first < others.length; first += 1000) await to.objects.delete(bucket, others.slice(first, first + 1000))
  sum.removed += others.length
}

/** A disk that is not mounted, or another bucket, lists nothing: what the source's videos live by is not removed at its word. */
async function refuseLoss({ documents, objects }: TransferDeps['from'], bucket: Bucket, others: string[]): Promise<void> {
  for (const id of new Set(others.map((key) => key.split('/')[1]!))) {
    const video = (await readVideo(documents, id))?.value
    if (!video || isGone(video) || !hasStarted(video)) continue
    const { items } = await objects.list(bucket, videoPrefix(id))
    if (items.length === 0) throw new TransferRefused(`The source has the video ${id}, but nothing of it in its bucket ${bucket}: is that store the right one, and mounted? Nothing was removed from the bucket's copy.`)
  }
}

async function* infosOf(objects: Objects, bucket: Bucket, signal: AbortSignal): AsyncGenerator<ObjectInfo, undefined> {
  signal.throwIfAborted()
  for await (const page of pagesOf(objects, bucket, 'v/')) {
    yield* page
    signal.throwIfAborted()
  }
  return undefined
}

/** As our own writers say it; of sources nobody asks. */
function mediaTypeOf(bucket: Bucket, key: string): string {
  const types: Record<string, string> = { mp4: 'video/mp4', m4s: 'video/mp4', jpg: 'image/jpeg', vtt: 'text/vtt' }
  return (bucket === 'encoded' ? types[key.slice(key.lastIndexOf('.') + 1)] : undefined) ?? 'application/octet-stream'
}

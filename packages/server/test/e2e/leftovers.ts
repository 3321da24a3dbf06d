/** What lies in a stopped server's store although nothing refers to it, and what is referred to but not there. */
import { createHash } from 'node:crypto'
import { extraKeys } from '../../src/domain/extra-keys.ts'
import { initKey } from '../../src/domain/keys.ts'
import type { Slot } from '../../src/domain/plan.ts'
import { renditionIds } from '../../src/encode/progress/listing.ts'
import { sweepVideo } from '../../src/encode/reconcile/sweep.ts'
import { readSettings } from '../../src/config/read.ts'
import { readChunks } from '../../src/records/chunk.ts'
import { readPlan } from '../../src/records/plan.ts'
import { readVideo } from '../../src/records/video.ts'
import { openDrivers, type Drivers } from '../../src/roles/open-drivers.ts'
import { uploadDepsOf } from '../../src/roles/upload-deps.ts'
import type { Due } from '../../src/records/due.ts'
import { resumeDueUpload } from '../../src/upload/resume-due.ts'
import type { Bucket } from '../../src/ports/objects.ts'
import { pagesOf } from '../../src/ports/objects-pages.ts'
import { quietLog } from '../fixtures/quiet-log.ts'


export type Leftovers = {
  /** Objects below a video's prefix that no document names, and objects of videos that do not exist. */
  orphans: string[]
  /** Slots and init segments whose bytes are absent or not the ones that were committed. */
  broken: string[]
  /** Multipart uploads that nobody will end. */
  uploads: string[]
}

/**
 * Looks at every due upload as after its expiry, sweeps every video with no grace, then compares documents and objects.
 * `environment`: the server's settings; it must be stopped. `listUploads`: the store's multipart uploads.
 */
export async function findLeftovers(environment: Record<string, string>, videoIds: string[], listUploads: () => Promise<string[]>): Promise<Leftovers> {
  const settings = readSettings(environment)
  const expired = () => Date.now() + (settings.SLUICE_UPLOAD_EXPIRY_HOURS + 1) * 3_600_000
  const drivers = await openDrivers(settings, { log: quietLog, ownUrl: () => 'http://127.0.0.1:9' })
  try {
    const uploads = uploadDepsOf({ ...drivers, settings, log: quietLog, clock: expired })
    for (const due of await readDueUploads(drivers)) await resumeDueUpload(uploads, due)
    const used = new Set<string>()
    const broken: string[] = []
    for (const id of videoIds) {
      await sweepVideo({ documents: drivers.documents, objects: drivers.objects, clock: Date.now, log: quietLog }, id, { graceMinutes: 0 })
      broken.push(...(await collectUsed(drivers, id, used)))
    }
    const present = [...(await listAll(drivers, 'raw')), ...(await listAll(drivers, 'encoded'))]
    return { orphans: present.filter((key) => !used.has(key)), broken, uploads: await listUploads() }
  } finally {
    await drivers.close()
  }
}

/** Adds what the video refers to, as `bucket key`; answers what of it is not as it should be. */
async function collectUsed({ documents, objects }: Drivers, videoId: string, used: Set<string>): Promise<string[]> {
  const broken: string[] = []
  const video = (await readVideo(documents, videoId))!.value
  used.add(`raw ${video.source.key}`)
  const source = await objects.head('raw', video.source.key)
  if (source?.sizeBytes !== video.source.sizeBytes) broken.push(`raw ${video.source.key}: ${source?.sizeBytes} bytes of ${video.source.sizeBytes}`)
  for (const key of extraKeys(video)) {
    used.add(`encoded ${key}`)
    if (!(await objects.head('encoded', key))) broken.push(`encoded ${key}: not there`)
  }
  // One that failed before it was planned has its source alone.
  const plan = video.revision === undefined ? undefined : await readPlan(documents, videoId, video.revision)
  if (!plan) return broken
  for (const id of renditionIds(plan)) used.add(`encoded ${initKey(videoId, plan.revision, id)}`)
  const slots = (await readChunks(documents, videoId, plan.revision)).flatMap((chunk) => Object.values(chunk.slots).flat())
  for (const slot of slots) {
    if (!slot) {
      broken.push(`${videoId}: an empty slot`)
      continue
    }
    used.add(`encoded ${slot.key}`)
    if ((await sha256Of(objects, slot)) !== slot.sha256) broken.push(`encoded ${slot.key} at ${slot.offset}`)
  }
  return broken
}

async function sha256Of(objects: Drivers['objects'], { key, offset, length }: Slot): Promise<string | undefined> {
  const bytes = await objects.get('encoded', key, { start: offset, end: offset + length - 1 }).catch(() => undefined)
  return bytes && createHash('sha256').update(bytes).digest('hex')
}

async function readDueUploads({ documents }: Drivers): Promise<Due[]> {
  const found: Due[] = []
  let cursor: string | undefined
  do {
    const page = await documents.scan<Due>('due', { cursor })
    found.push(...page.items.map(({ value }) => value).filter(({ kind }) => kind === 'upload'))
    cursor = page.cursor
  } while (cursor)
  return found
}

async function listAll({ objects }: Drivers, bucket: Bucket): Promise<string[]> {
  const keys: string[] = []
  for await (const page of pagesOf(objects, bucket, '')) keys.push(...page.map(({ key }) => `${bucket} ${key}`))
  return keys
}

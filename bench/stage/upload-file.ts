/** One upload of a file, by the SDK or by bare PUTs to the same kind of URLs; answers the video's id. And what is waited for afterwards. */
import { statSync } from 'node:fs'
import type { SignedParts } from '@sluice/contract'
import { createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { putRawParts } from '../peers/raw-parts.ts'
import type { Stage } from './sign-up.ts'

/** As the contract has it. */
const signedAtOnce = 100

export type Upload = { path: string; concurrency: number }

/** As the SDK does it by itself, unless told otherwise. */
export async function uploadBySdk({ client }: Stage, { path, concurrency }: Partial<Upload> & Pick<Upload, 'path'>, checksums?: boolean): Promise<string> {
  const source = await fileSource(path)
  try {
    return (await createUpload(client, source, { concurrency, checksums }).start()).id
  } finally {
    await source.close?.()
  }
}

export async function uploadByRawParts({ client }: Stage, { path, concurrency }: Upload): Promise<string> {
  const sizeBytes = statSync(path).size
  const begun = await client.uploads.begin({ fileName: 'random.bin', sizeBytes })
  const partNumbers = Array.from({ length: begun.partCount }, (_, index) => index + 1)
  const signed: SignedParts['urls'] = []
  for (let from = 0; from < partNumbers.length; from += signedAtOnce) {
    signed.push(...(await client.uploads.signParts(begun.uploadId, { partNumbers: partNumbers.slice(from, from + signedAtOnce) })).urls)
  }
  const parts = await putRawParts({ path, sizeBytes, partSizeBytes: begun.partSizeBytes, signed, concurrency })
  return (await client.uploads.complete(begun.uploadId, { parts })).video.id
}

/** Resolves when the video is `ready`; throws with its failure when it won't be. */
export async function untilReady({ client }: Stage, videoId: string): Promise<void> {
  const event = await client.videos.untilPlayable(videoId, { ready: true, signal: AbortSignal.timeout(900_000) })
  if (event.state !== 'ready') throw new Error(event.failure?.message ?? event.state)
}

/** MB/s of one upload; the video is removed afterwards, so that the disk holds one at a time. */
export async function uploadRate({ client }: Stage, { path }: Upload, upload: () => Promise<string>): Promise<number> {
  const started = performance.now()
  const videoId = await upload()
  const seconds = (performance.now() - started) / 1000
  await client.videos.delete(videoId)
  return statSync(path).size / 1e6 / seconds
}

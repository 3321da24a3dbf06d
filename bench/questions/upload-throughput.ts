/** How close does the SDK's uploader come to bare parallel PUTs to the same store? */
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { interleave } from '../measure/rounds.ts'
import { putRawParts } from '../peers/raw-parts.ts'
import type { Question } from '../question.ts'
import { openStage, type Stage } from '../stage/sign-up.ts'
import { randomFile } from '../stage/sources.ts'

const sizeBytes = 512 * 2 ** 20
const concurrency = 4

export const question: Question = {
  name: 'upload-throughput',
  question: 'Upload: the SDK against raw parallel PUTs',
  method:
    'A 512 MiB file of random bytes goes to the directory driver, from begin to the answer of complete. The SDK (with and without part checksums) ' +
    'against bare node:http PUTs to the same kind of signed part URLs: same part size, 4 parts at a time, client and server on one machine.',
  rounds: 7,
  async ask({ rounds, folder, say }) {
    const path = randomFile(join(folder, 'random.bin'), sizeBytes)
    const stage = await openStage({ SLUICE_ROLES: 'api,edge' })
    try {
      const rows = await interleave(
        [
          { name: 'SDK', sample: () => rateOf(stage, () => throughSdk(stage, path, true)) },
          { name: 'SDK without checksums', sample: () => rateOf(stage, () => throughSdk(stage, path, false)) },
          { name: 'raw parallel PUTs', sample: () => rateOf(stage, () => raw(stage, path)) },
        ],
        rounds,
        say,
      )
      return [{ title: 'Throughput', unit: 'MB/s', better: 'higher', rows }]
    } finally {
      await stage.server.dispose()
    }
  },
}

/** MB/s of one upload; the video is removed afterwards, so that the disk holds one at a time. */
async function rateOf({ client }: Stage, upload: () => Promise<string>): Promise<number> {
  const started = performance.now()
  const videoId = await upload()
  const seconds = (performance.now() - started) / 1000
  await client.videos.delete(videoId)
  return sizeBytes / 1e6 / seconds
}

async function throughSdk({ client }: Stage, path: string, checksums: boolean): Promise<string> {
  const source = await fileSource(path)
  try {
    return (await createUpload(client, source, { concurrency, checksums }).start()).id
  } finally {
    await source.close?.()
  }
}

async function raw({ client }: Stage, path: string): Promise<string> {
  const begun = await client.uploads.begin({ fileName: 'random.bin', sizeBytes: statSync(path).size })
  const partNumbers = Array.from({ length: begun.partCount }, (_, index) => index + 1)
  const { urls } = await client.uploads.signParts(begun.uploadId, { partNumbers })
  const parts = await putRawParts({ path, sizeBytes, partSizeBytes: begun.partSizeBytes, signed: urls, concurrency })
  return (await client.uploads.complete(begun.uploadId, { parts })).video.id
}

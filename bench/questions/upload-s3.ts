/** How fast do parts reach an S3 server by presigned URLs, against the server's own interface, and what does the api pay for it? */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { startS3, type S3Engine } from '../../scripts/engines/s3.ts'
import { ownSeconds } from '../measure/processor-time.ts'
import { interleave } from '../measure/rounds.ts'
import { putRawParts } from '../peers/raw-parts.ts'
import type { Question } from '../question.ts'
import { openStage } from '../stage/sign-up.ts'
import { randomFile } from '../stage/sources.ts'
import { uploadByRawParts, uploadBySdk, uploadRate } from '../stage/upload-file.ts'

const sizeBytes = 2 * 2 ** 30
/** As the api cuts a file of that size. */
const partSizeBytes = 16 * 2 ** 20
const smallBytes = 64 * 2 ** 20
/** An api has long been compiled by its runtime when it takes its millionth upload: the first ones are not counted. */
const warmUps = 12
const idleSeconds = 15
const concurrency = 4

export const question: Question = {
  name: 'upload-s3',
  question: 'Upload to S3: presigned parts against the store itself',
  method:
    'A 2 GiB file of random bytes goes to SeaweedFS, from begin to the answer of complete. The SDK (with and without part checksums) and bare node:http PUTs to ' +
    'the same kind of presigned part URLs, against the same PUTs to the interface that SeaweedFS calls its own (the filer, which knows no S3, no signature and no parts): ' +
    '16 MiB at a time, 4 at once, all on one machine, so that clients and store share its two cores. Processor time is that of the api process, of all its threads, ' +
    `while the SDK uploads with checksums, after ${warmUps} uploads of 64 MiB; it grows with parts and calls, not with bytes. What the process takes idle (timers, walks, in ${idleSeconds} s before each upload) is told apart.`,
  rounds: 5,
  async ask({ rounds, folder, say }) {
    const file = { path: randomFile(join(folder, 'random.bin'), sizeBytes), concurrency }
    const small = { path: randomFile(join(folder, 'small.bin'), smallBytes), concurrency }
    const engine = await startS3({ directory: folder })
    try {
      const stage = await openStage({ ...engine.settings, SLUICE_ROLES: 'api' })
      const processor = { whole: [] as number[], added: [] as number[] }
      const idleShare = async () => {
        const before = ownSeconds(stage.server.pid())
        await sleep(idleSeconds * 1000)
        return (ownSeconds(stage.server.pid()) - before) / idleSeconds
      }
      const counted = async (idle: number) => {
        const [before, started] = [ownSeconds(stage.server.pid()), performance.now()]
        const id = await uploadBySdk(stage, file, true)
        const spent = ownSeconds(stage.server.pid()) - before
        processor.whole.push(spent / (sizeBytes / 1e9))
        processor.added.push((spent - (idle * (performance.now() - started)) / 1000) / (sizeBytes / 1e9))
        return id
      }
      try {
        for (let warmUp = 0; warmUp < warmUps; warmUp++) await uploadRate(stage, small, () => uploadBySdk(stage, small, true))
        const rows = await interleave(
          [
            { name: 'SDK', sample: async () => {
                const idle = await idleShare()
                return uploadRate(stage, file, () => counted(idle))
              } },
            { name: 'SDK without checksums', sample: () => uploadRate(stage, file, () => uploadBySdk(stage, file, false)) },
            { name: 'raw parallel PUTs to part URLs', sample: () => uploadRate(stage, file, () => uploadByRawParts(stage, file)) },
            { name: 'raw parallel PUTs to the filer', sample: () => toFiler(engine, file.path) },
          ],
          rounds,
          say,
        )
        return [
          { title: 'Throughput', unit: 'MB/s', better: 'higher', rows },
          { title: 'Processor time of the api', unit: 'CPU s per GB', better: 'lower', rows: [{ name: 'for the upload', samples: processor.added }, { name: 'with what it takes idle in that time', samples: processor.whole }] },
        ]
      } finally {
        await stage.server.dispose()
      }
    } finally {
      await engine.stop()
    }
  },
}

/** MB/s; the files are removed afterwards. */
async function toFiler(engine: S3Engine, path: string): Promise<number> {
  const folder = `http://127.0.0.1:${engine.ports[6]}/bench`
  const signed = Array.from({ length: sizeBytes / partSizeBytes }, (_, index) => ({ partNumber: index + 1, url: `${folder}/${index + 1}`, headers: {} }))
  const started = performance.now()
  await putRawParts({ path, sizeBytes, partSizeBytes, signed, concurrency })
  const seconds = (performance.now() - started) / 1000
  await fetch(`${folder}?recursive=true`, { method: 'DELETE' })
  return sizeBytes / 1e6 / seconds
}

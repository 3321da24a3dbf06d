/** How close does the SDK's uploader come to bare parallel PUTs to the same store? */
import { join } from 'node:path'
import { interleave } from '../measure/rounds.ts'
import type { Question } from '../question.ts'
import { openStage } from '../stage/sign-up.ts'
import { randomFile } from '../stage/sources.ts'
import { uploadByRawParts, uploadBySdk, uploadRate } from '../stage/upload-file.ts'

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
    const file = { path: randomFile(join(folder, 'random.bin'), sizeBytes), concurrency }
    const stage = await openStage({ SLUICE_ROLES: 'api,edge' })
    try {
      const rows = await interleave(
        [
          { name: 'SDK', sample: () => uploadRate(stage, file, () => uploadBySdk(stage, file, true)) },
          { name: 'SDK without checksums', sample: () => uploadRate(stage, file, () => uploadBySdk(stage, file, false)) },
          { name: 'raw parallel PUTs', sample: () => uploadRate(stage, file, () => uploadByRawParts(stage, file)) },
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

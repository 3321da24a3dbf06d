/** What does making the whole ladder cost, in chunks that survive crashes, beside one bare ffmpeg process with the same settings? */
import { statSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { segmentCount } from '../../packages/server/src/domain/grid.ts'
import { decibelsOf } from '../../packages/server/src/domain/quality.ts'
import { compareQuality } from '../../packages/server/src/media/compare-quality.ts'
import { openRangeServer } from '../../packages/server/test/fixtures/range-server.ts'
import { tools } from '../../packages/server/test/media/encode-clip.ts'
import { endedChildrenSeconds } from '../measure/processor-time.ts'
import { interleave } from '../measure/rounds.ts'
import { barePath, encodeBare } from '../peers/bare-ffmpeg.ts'
import type { Measured, Question } from '../question.ts'
import { encodeVideo } from '../stage/encode-video.ts'
import type { MadeVideo } from '../stage/read-video.ts'
import { loopedTo } from '../stage/sources.ts'

export const question: Question = {
  name: 'encode-cost',
  question: 'Encoding: the product against one bare ffmpeg process',
  method:
    "From complete's 200 to `ready`: inspection, opening, poster, samples, every rendition and the sound of a three-minute 720p montage with a key frame every 2 s, user + system time of the server and all that " +
    'it started. Against one ffmpeg process that decodes the file once and makes the same renditions with the same x264 settings, the CRFs that the samples chose among them, without ' +
    'chunks, checks or storage. Bytes and SSIM (luma, all frames, against the source at that size) are those of the first round.',
  rounds: 3,
  async ask({ rounds, folder, say }) {
    const path = loopedTo(180, folder, { gops: 'short' })
    const waits = { product: [] as number[], bare: [] as number[] }
    let made: MadeVideo | undefined
    const rows = await interleave(
      [
        {
          name: 'Sluice',
          sample: async () => {
            const encoded = await encodeVideo(path, folder)
            made = encoded.made
            waits.product.push(encoded.seconds)
            return encoded.processorSeconds
          },
        },
        {
          name: 'bare ffmpeg',
          sample: async () => {
            const before = endedChildrenSeconds()
            const started = performance.now()
            await encodeBare(made!.plan, path, folder, availableParallelism())
            waits.bare.push((performance.now() - started) / 1000)
            return endedChildrenSeconds() - before
          },
        },
      ],
      rounds,
      say,
    )
    return [
      { title: 'Processor time for the ladder', unit: 'CPU s', better: 'lower', rows },
      { title: 'Until everything is there', unit: 's', better: 'lower', rows: [{ name: 'Sluice', samples: waits.product }, { name: 'bare ffmpeg', samples: waits.bare }] },
      ...(await compared(made!, path, folder, say)),
    ]
  },
}

/** Bytes and quality of all pictures together: sums, and means over the renditions. */
async function compared({ plan, pictures }: MadeVideo, source: string, folder: string, say: (line: string) => void): Promise<Measured[]> {
  const server = await openRangeServer()
  try {
    const look = async (pathOf: (id: string) => string) => {
      const encoded = plan.video!.renditions.map((rendition) => ({ rendition, path: pathOf(rendition.id) }))
      const ssim = await compareQuality(tools, { plan, url: server.urlOf(source), from: 0, to: segmentCount(plan.video!.grid, 'video'), encoded })
      return encoded.map(({ rendition, path }) => ({ id: rendition.id, bytes: statSync(path).size, decibels: decibelsOf(ssim.get(rendition.id)!) }))
    }
    const ours = await look((id) => pictures.find(({ renditionId }) => renditionId === id)!.path)
    const bare = await look((id) => barePath(folder, id))
    ours.forEach((one, index) => say(`${one.id}: ${(one.bytes / bare[index]!.bytes).toFixed(4)} of the bytes, ${(one.decibels - bare[index]!.decibels).toFixed(3)} dB`))
    const row = (name: string, all: typeof ours, value: (one: (typeof ours)[number]) => number, by: number) => ({ name, samples: [all.reduce((sum, one) => sum + value(one), 0) / by] })
    return [
      { title: 'Pictures of the ladder', unit: 'MB', better: 'lower', rows: [row('Sluice', ours, ({ bytes }) => bytes, 1e6), row('bare ffmpeg', bare, ({ bytes }) => bytes, 1e6)] },
      { title: 'SSIM, mean of the renditions', unit: 'dB', better: 'higher', rows: [row('Sluice', ours, ({ decibels }) => decibels, ours.length), row('bare ffmpeg', bare, ({ decibels }) => decibels, bare.length)] },
    ]
  } finally {
    await server.close()
  }
}

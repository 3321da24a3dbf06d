/** What does making the whole ladder cost, in chunks that survive crashes, beside one bare ffmpeg process with the same settings? */
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import type { Plan } from '../../packages/server/src/domain/plan.ts'
import { endedChildrenSeconds, treeSeconds } from '../measure/processor-time.ts'
import { interleave } from '../measure/rounds.ts'
import { encodeBare } from '../peers/bare-ffmpeg.ts'
import type { Question } from '../question.ts'
import { planOf } from '../stage/read-plan.ts'
import { openStage } from '../stage/sign-up.ts'
import { montage } from '../stage/sources.ts'

export const question: Question = {
  name: 'encode-cost',
  question: 'Encoding: the product against one bare ffmpeg process',
  method:
    "From complete's 200 to `ready`: inspection, opening, poster, every rendition and the sound of the 66 s 720p montage, user + system time of the server and all " +
    'that it started. Against one ffmpeg process that decodes the file once and makes the same renditions with the same x264 settings, without chunks, checks or storage.',
  rounds: 3,
  async ask({ rounds, folder, say }) {
    const path = montage(folder)
    const waits = { product: [] as number[], bare: [] as number[] }
    let plan: Plan | undefined
    const rows = await interleave(
      [
        {
          name: 'Sluice',
          sample: async () => {
            const made = await encodeWithProduct(path)
            plan = made.plan
            waits.product.push(made.seconds)
            return made.processorSeconds
          },
        },
        {
          name: 'bare ffmpeg',
          sample: async () => {
            const before = endedChildrenSeconds()
            const started = performance.now()
            await encodeBare(plan!, path, folder, availableParallelism())
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
    ]
  },
}

async function encodeWithProduct(path: string): Promise<{ plan: Plan; processorSeconds: number; seconds: number }> {
  const { server, client } = await openStage()
  try {
    const source = await fileSource(path)
    const video = await createUpload(client, source).start()
    await source.close?.()
    const before = treeSeconds(server.pid())
    const started = performance.now()
    const event = await client.videos.untilPlayable(video.id, { ready: true, signal: AbortSignal.timeout(900_000) })
    if (event.state !== 'ready') throw new Error(event.failure?.message ?? event.state)
    const processorSeconds = treeSeconds(server.pid()) - before
    const seconds = (performance.now() - started) / 1000
    await server.stop()
    return { plan: await planOf(join(server.dataDir, 'data'), video.id), processorSeconds, seconds }
  } finally {
    await server.dispose()
  }
}

/** Do encodes on the same machine starve the api? */
import { createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { setTimeout as sleep } from 'node:timers/promises'
import { quantiles } from '../measure/statistics.ts'
import type { Measured, Question } from '../question.ts'
import { openStage, type Stage } from '../stage/sign-up.ts'
import { loopedTo } from '../stage/sources.ts'

const askedSeconds = 8
const betweenMs = 20

export const question: Question = {
  name: 'api-beside-encodes',
  question: 'The api while the ladder is encoded beside it',
  method:
    'One process with all roles. A list of videos is asked for every 20 ms, one request at a time, for 8 s: idle, and while a video of 3 min is encoded in all its renditions with a bulk slot a processor. ' +
    'What the event loop owes to encodes shows in the slowest requests.',
  rounds: 3,
  async ask({ rounds, folder, say }) {
    const path = loopedTo(180, folder)
    const seen = { beside: { median: [] as number[], slow: [] as number[] }, idle: { median: [] as number[], slow: [] as number[] } }
    for (let round = 1; round <= rounds; round++) {
      const stage = await openStage({ SLUICE_ENCODER_SLOTS: '2', SLUICE_LADDER_EAGER: 'all' })
      try {
        note(seen.idle, await latencies(stage))
        const source = await fileSource(path)
        const { id } = await createUpload(stage.client, source).start()
        await source.close?.()
        await stage.client.videos.untilPlayable(id, { signal: AbortSignal.timeout(120_000) })
        note(seen.beside, await latencies(stage))
        const { state, progress } = await stage.client.videos.get(id)
        say(`round ${round}: ${state}, ${Math.round(progress * 100)} % encoded when the last request was answered`)
      } finally {
        await stage.server.dispose()
      }
    }
    const measured = (title: string, what: 'median' | 'slow'): Measured => ({
      title,
      unit: 'ms',
      better: 'lower',
      rows: [{ name: 'while encoding', samples: seen.beside[what] }, { name: 'idle', samples: seen.idle[what] }],
    })
    return [measured('Half of the requests within', 'median'), measured('99 of 100 requests within', 'slow')]
  },
}

function note(into: { median: number[]; slow: number[] }, milliseconds: number[]): void {
  const [half, slow] = quantiles(milliseconds, [0.5, 0.99])
  into.median.push(half!)
  into.slow.push(slow!)
}

async function latencies({ client }: Stage): Promise<number[]> {
  const taken: number[] = []
  for (const until = performance.now() + askedSeconds * 1000; performance.now() < until; await sleep(betweenMs)) {
    const begun = performance.now()
    await client.videos.list({ limit: 1 })
    taken.push(performance.now() - begun)
  }
  return taken
}

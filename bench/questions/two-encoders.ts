/** Does a second encoder cost processor time for each video, and what does it gain? */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { interleave } from '../measure/rounds.ts'
import { encodeBare } from '../peers/bare-ffmpeg.ts'
import type { Question } from '../question.ts'
import { encodeVideo } from '../stage/encode-video.ts'
import type { MadeVideo } from '../stage/read-video.ts'
import { loopedTo } from '../stage/sources.ts'

export const question: Question = {
  name: 'two-encoders',
  question: 'Encoding: two encoders against one',
  method:
    "From complete's 200 to `ready` of a two-minute 720p montage. Two encoders are two bulk workers on one queue (the embedded queue lives in one process; they share nothing else but its ffmpeg " +
    'limits). Processor time is of the server and all that it started. What a second process can gain on this machine at all is shown by bare ffmpegs: two ladders one after the other, and side by side.',
  rounds: 3,
  async ask({ rounds, folder, say }) {
    const path = loopedTo(120, folder)
    const waits = { two: [] as number[], one: [] as number[] }
    let made: MadeVideo | undefined
    const product = (count: 1 | 2, into: number[]) => async () => {
      const encoded = await encodeVideo(path, folder, { SLUICE_ENCODER_SLOTS: String(count) })
      made = encoded.made
      into.push(encoded.seconds)
      return encoded.processorSeconds
    }
    const rows = await interleave([{ name: 'two encoders', sample: product(2, waits.two) }, { name: 'one encoder', sample: product(1, waits.one) }], rounds, say)
    const folders = ['a', 'b'].map((name) => join(folder, name))
    for (const one of folders) mkdirSync(one)
    const timed = async (run: () => Promise<unknown>) => {
      const started = performance.now()
      await run()
      return (performance.now() - started) / 1000
    }
    const bare = (into: string) => encodeBare(made!.plan, path, into, 1)
    const bareRows = await interleave(
      [
        { name: 'side by side', sample: () => timed(() => Promise.all(folders.map(bare))) },
        { name: 'one after the other', sample: () => timed(async () => { for (const one of folders) await bare(one) }) },
      ],
      1,
      say,
    )
    return [
      { title: 'Processor time for a video', unit: 'CPU s', better: 'lower', rows },
      { title: 'Until it is ready', unit: 's', better: 'lower', rows: [{ name: 'two encoders', samples: waits.two }, { name: 'one encoder', samples: waits.one }] },
      { title: 'Two bare ladders with one thread each', unit: 's', better: 'lower', rows: bareRows },
    ]
  },
}

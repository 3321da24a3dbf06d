/** How much processor time goes into queue, store and checks, beside the encodes? */
import type { Question } from '../question.ts'
import { encodeOn } from '../stage/encode-video.ts'
import { openStage } from '../stage/sign-up.ts'
import { loopedTo } from '../stage/sources.ts'

export const question: Question = {
  name: 'encode-overhead',
  question: 'Encoding: queue, store and checks beside the encodes',
  method:
    "From complete's 200 to `ready` of a two-minute 720p montage, all roles in one process that has encoded 20 s of it before: a fresh one compiles its code as it goes. The server's own process " +
    '(queue and documents in SQLite, reading the source for ffmpeg, checking and storing every segment, the api) against all that it started: ffmpeg and ffprobe. The target is a ratio of at most 0.02.',
  rounds: 3,
  async ask({ rounds, folder, say }) {
    const path = loopedTo(120, folder)
    const stage = await openStage()
    const [own, encodes]: [number[], number[]] = [[], []]
    try {
      await encodeOn(stage, loopedTo(20, folder))
      for (let round = 0; round < rounds; round++) {
        const { processorSeconds, ownSeconds } = await encodeOn(stage, path)
        own.push(ownSeconds)
        encodes.push(processorSeconds - ownSeconds)
        say(`round ${round + 1}/${rounds}: ${ownSeconds.toFixed(2)} of ${processorSeconds.toFixed(1)} s`)
      }
    } finally {
      await stage.server.dispose()
    }
    return [{ title: 'Processor time', unit: 'CPU s', better: 'lower', rows: [{ name: 'queue, store and checks', samples: own }, { name: 'ffmpeg', samples: encodes }] }]
  },
}

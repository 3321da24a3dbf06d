/** How long does a viewer wait from the click to the first picture, when the video is encoded and the edge has it in memory? */
import { interleave } from '../measure/rounds.ts'
import type { Question } from '../question.ts'
import { loopedTo } from '../stage/sources.ts'
import { benchAccount, openStage } from '../stage/sign-up.ts'
import { untilReady, uploadBySdk } from '../stage/upload-file.ts'
import { openViewer, type Viewer } from '../stage/watch.ts'

export const question: Question = {
  name: 'click-to-picture',
  question: 'From the click to the first picture of an encoded video',
  method:
    'A 20 s and a 5 min 720p video, `ready` and watched once, so that the edge has them in memory. Then, the site being open and the browser\'s cache emptied, from the click that leads to the ' +
    'watch page to the first frame shown (requestVideoFrameCallback): page, play, manifest, init segments, segments, decoding. One machine, over loopback.',
  rounds: 9,
  async ask({ rounds, folder, say }) {
    const stage = await openStage()
    const viewer = await openViewer(stage.server.url, benchAccount)
    try {
      const contenders = []
      for (const { name, seconds } of [{ name: '20 s', seconds: 20 }, { name: '5 min', seconds: 300 }]) {
        const id = await uploadBySdk(stage, { path: loopedTo(seconds, folder, { gops: 'short' }) })
        await untilReady(stage, id)
        await secondsToPicture(viewer, id)
        contenders.push({ name, sample: () => secondsToPicture(viewer, id) })
      }
      return [{ title: 'From the click to the first picture', unit: 's', better: 'lower', rows: await interleave(contenders, rounds, say) }]
    } finally {
      await viewer.close()
      await stage.server.dispose()
    }
  },
}

async function secondsToPicture(viewer: Viewer, id: string): Promise<number> {
  await viewer.emptyCache()
  await viewer.forget()
  const clickedAt = Date.now()
  await viewer.watch(id)
  const seconds = ((await viewer.shownAt()) - clickedAt) / 1000
  await viewer.watch('aaaaaaaaaaaaaaaa')
  return seconds
}

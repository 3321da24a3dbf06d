/** How long after the last byte does a person see the first picture, whatever the length, idle or loaded? */
import { interleave } from '../measure/rounds.ts'
import type { Question } from '../question.ts'
import { film1080p30 } from '../stage/film.ts'
import { benchAccount, openStage, type Stage } from '../stage/sign-up.ts'
import { uploadBySdk } from '../stage/upload-file.ts'
import { openViewer, type Viewer } from '../stage/watch.ts'

const lengths = [
  { name: '2 h', seconds: 7200 },
  { name: '10 s', seconds: 10 },
  { name: '10 min', seconds: 600 },
]

export const question: Question = {
  name: 'play-start',
  question: 'From the last byte to the first picture in Chromium',
  method:
    "From complete's 200 to the first frame that the site's player shows (requestVideoFrameCallback), the site being open already. Sources are 1080p30 with sound, " +
    'looped by stream copy. Loaded: the ladders of two other films fill both cores meanwhile. Each video is deleted before the next. The ratio is 2 h over 10 min.',
  rounds: 4,
  async ask({ rounds, folder, say }) {
    const films = lengths.map(({ name, seconds }) => ({ name, path: film1080p30(seconds, folder) }))
    const stage = await openStage({ SLUICE_ENCODER_SLOTS: '2' })
    const viewer = await openViewer(stage.server.url, benchAccount)
    try {
      const contenders = films.map(({ name, path }) => ({ name, sample: () => secondsToPicture(stage, viewer, path) }))
      const idle = await interleave(contenders, rounds, (line) => say(`idle ${line}`))
      for (let load = 0; load < 2; load++) await uploadBySdk(stage, { path: films[2]!.path })
      const loaded = await interleave(contenders, rounds, (line) => say(`loaded ${line}`))
      return [
        { title: 'Idle encoders', unit: 's', better: 'lower', rows: [idle[0]!, idle[1]!, idle[2]!] },
        { title: 'While bulk encodes fill both cores', unit: 's', better: 'lower', rows: loaded },
      ]
    } finally {
      await viewer.close()
      await stage.server.dispose()
    }
  },
}

async function secondsToPicture(stage: Stage, viewer: Viewer, path: string): Promise<number> {
  await viewer.forget()
  const id = await uploadBySdk(stage, { path })
  const completedAt = Date.now()
  await viewer.watch(id)
  const seconds = ((await viewer.shownAt()) - completedAt) / 1000
  await fetch(`${stage.server.url}/api/v1/videos/${id}`, { method: 'DELETE', headers: { authorization: `Bearer ${stage.token}` } })
  await viewer.watch('aaaaaaaaaaaaaaaa')
  return seconds
}

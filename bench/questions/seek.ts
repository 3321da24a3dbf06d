/** How long does a person wait who seeks to a place that is not encoded yet, while the film's bulk encode runs? */
import { setTimeout as wait } from 'node:timers/promises'
import { createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import type { Question } from '../question.ts'
import { film1080p30 } from '../stage/film.ts'
import { benchAccount, openStage } from '../stage/sign-up.ts'
import { openViewer } from '../stage/watch.ts'

const filmSeconds = 3600

export const question: Question = {
  name: 'seek',
  question: 'Seeking to a place that is not encoded yet',
  method:
    "From the video element's currentTime being set to the first frame shown there (requestVideoFrameCallback), in Chromium, in an hour of 1080p30 with sound " +
    'whose own bulk encode runs. Every seek goes to another place of the second half, which the bulk has not reached, after eight seconds of watching.',
  rounds: 10,
  async ask({ rounds, folder, say }) {
    const path = film1080p30(filmSeconds, folder)
    const { server, client } = await openStage()
    const viewer = await openViewer(server.url, benchAccount)
    try {
      const source = await fileSource(path)
      const video = await createUpload(client, source).start()
      await source.close?.()
      await viewer.watch(video.id)
      await viewer.shownAt()
      const samples: number[] = []
      for (let round = 0; round < rounds; round++) {
        // Multiples of the golden ratio lie far from each other, however many there are.
        const place = Math.round((filmSeconds / 2) * (1 + ((round * 0.618034) % 1) * 0.98)) + 3
        await wait(8000)
        await viewer.forget()
        const askedAt = await viewer.page.evaluate((seconds) => {
          document.querySelector('video')!.currentTime = seconds
          return Date.now()
        }, place)
        samples.push(((await viewer.shownAt(place - 0.1)) - askedAt) / 1000)
        say(`round ${round + 1}/${rounds} at ${place.toFixed(0)} s: ${samples.at(-1)!.toFixed(2)} s`)
      }
      return [{ title: 'From the seek to the picture', unit: 's', better: 'lower', rows: [{ name: 'seek', samples }] }]
    } finally {
      await viewer.close()
      await server.dispose()
    }
  },
}

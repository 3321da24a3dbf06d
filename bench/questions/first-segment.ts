/** How long after the last byte can a viewer decode the first segment, whatever the length of the video? */
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { interleave } from '../measure/rounds.ts'
import type { Question } from '../question.ts'
import { openStage } from '../stage/sign-up.ts'
import { loopedTo } from '../stage/sources.ts'

const lengths = [
  { name: '2 h', seconds: 7200 },
  { name: '10 min', seconds: 600 },
  { name: '10 s', seconds: 10 },
]

export const question: Question = {
  name: 'first-segment',
  question: 'From the last byte to the first picture',
  method:
    "From complete's 200 to the first segment of the start rendition in the viewer's hands (events, play, manifest, init, segment), on a fresh server. " +
    'ffmpeg decodes what came. Sources are the 66 s 720p montage, looped by stream copy. The ratio is the longest over the shortest.',
  rounds: 5,
  async ask({ rounds, folder, say }) {
    const contenders = lengths.map(({ name, seconds }) => {
      const path = loopedTo(seconds, folder)
      return { name, sample: () => secondsToFirstSegment(path, folder) }
    })
    const rows = await interleave(contenders, rounds, say)
    return [{ title: 'Time to the first decodable segment', unit: 's', better: 'lower', rows }]
  },
}

async function secondsToFirstSegment(path: string, folder: string): Promise<number> {
  const { server, client } = await openStage()
  try {
    const source = await fileSource(path)
    const video = await createUpload(client, source).start()
    const completed = performance.now()
    await source.close?.()
    const event = await client.videos.untilPlayable(video.id, { signal: AbortSignal.timeout(300_000) })
    if (event.state === 'failed') throw new Error(event.failure?.message)
    const { dashUrl, startRendition } = await client.videos.play(video.id)
    await bytesOf(dashUrl)
    const [init, segment] = await Promise.all(['init.mp4', '0.m4s'].map((name) => bytesOf(new URL(`../${startRendition}/${name}`, dashUrl).href)))
    const seconds = (performance.now() - completed) / 1000
    const file = join(folder, 'first.mp4')
    writeFileSync(file, Buffer.concat([init!, segment!]))
    execFileSync('ffmpeg', ['-hide_banner', '-loglevel', 'error', '-xerror', '-i', file, '-f', 'null', '-'], { stdio: ['ignore', 'ignore', 'inherit'] })
    return seconds
  } finally {
    await server.dispose()
  }
}

async function bytesOf(url: string): Promise<Buffer> {
  const answer = await fetch(url)
  if (!answer.ok) throw new Error(`${answer.status} for ${new URL(url).pathname.split('/').slice(3).join('/')}`)
  return Buffer.from(await answer.arrayBuffer())
}

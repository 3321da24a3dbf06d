/** The limit for encoding: one ffmpeg process that decodes the file once and makes the plan's whole ladder, with the plan's settings. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Plan } from '../../packages/server/src/domain/plan.ts'
import { soundCodecs } from '../../packages/server/src/media/sound-codecs.ts'
import { rateText, taggedPicture, videoOutputArgs } from '../../packages/server/src/media/video-settings.ts'

/** Where a rendition's file is put. */
export const barePath = (folder: string, renditionId: string): string => join(folder, `bare-${renditionId}.mp4`)

/** Resolves when it ended; rejects with what it said when it failed. */
export function encodeBare(plan: Plan, path: string, folder: string, threads: number): Promise<void> {
  const child = spawn('ffmpeg', bareArgs(plan, path, folder, threads), { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (data) => (said += data))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`ffmpeg ended with ${code}:\n${said}`))))
  })
}

function bareArgs(plan: Plan, path: string, folder: string, threads: number): string[] {
  const { source, renditions, grid } = plan.video!
  const fastest = renditions.reduce((best, one) => (one.framesPerGridFrame > best.framesPerGridFrame ? one : best))
  const outputs = renditions.map((_, index) => `[s${index}]`).join('')
  const scaled = renditions.map(({ width, height, rate }, index) => `[s${index}]fps=${rateText(rate)},scale=${width}:${height}:flags=bicubic,${taggedPicture}[v${index}]`)
  const graph = [`[0:${source.streamIndex}]fps=${rateText(fastest.rate)},split=${renditions.length}${outputs}`, ...scaled].join(';')
  return [
    '-hide_banner', '-loglevel', 'error', '-y', '-i', path, '-filter_complex', graph,
    ...renditions.flatMap((rendition, index) => [
      '-map', `[v${index}]`,
      ...videoOutputArgs(rendition, { timescale: grid.timescale, segmentFrames: grid.segmentFrames, threads }),
      barePath(folder, rendition.id),
    ]),
    ...plan.audio.flatMap((rendition) => [
      '-map', `0:${rendition.streamIndex}`, '-ar', String(rendition.sampleRate), '-ac', String(rendition.channels),
      ...soundCodecs[rendition.codec].encoderArgs(rendition), join(folder, `bare-${rendition.id}`),
    ]),
  ]
}

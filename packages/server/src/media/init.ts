/** Init segments (ftyp + moov), made from a synthetic frame before the source is touched; their codec strings go into manifests. */
import { createHash } from 'node:crypto'
import type { AudioDraft, PlanDraft, VideoDraft, VideoGrid } from '../domain/plan.ts'
import { boxesIn } from './boxes/read.ts'
import { soundInit } from './boxes/sound.ts'
import { cmafFileType } from './boxes/write.ts'
import { codecsInMp4 } from './codecs.ts'
import { deviceArgs, uploadFilters } from './hardware.ts'
import { encodeMemoryBytes } from './limits.ts'
import { runTool } from './run.ts'
import { soundCodecs } from './sound-codecs.ts'
import type { MediaTools } from './tools.ts'
import { rateText, taggedPicture, videoOutputArgs } from './video-settings.ts'

/** `parameterSetsSha256`: of the avcC or av1C, or of a sound's sample entry. */
export type Init = { bytes: Buffer; codecs: string; parameterSetsSha256: string }
export type InitOptions = { signal?: AbortSignal }

/** One init per rendition of the draft, by rendition id. */
export async function makeInits(
  tools: MediaTools,
  draft: PlanDraft,
  options: InitOptions = {},
  makeVideo = (grid: VideoGrid, rendition: VideoDraft): Promise<Init> => makeVideoInit(tools, grid, rendition, options),
): Promise<Map<string, Init>> {
  const inits = new Map<string, Init>()
  const grid = draft.video?.grid
  const made = await Promise.all((draft.video?.renditions ?? []).map((rendition) => makeVideo(grid!, rendition)))
  draft.video?.renditions.forEach((rendition, index) => inits.set(rendition.id, made[index]!))
  for (const rendition of draft.audio) inits.set(rendition.id, makeAudioInit(rendition))
  return inits
}

/** Encodes one black frame with the rendition's settings and keeps what describes it. */
export async function makeVideoInit(tools: MediaTools, grid: VideoGrid, rendition: VideoDraft, options: InitOptions = {}): Promise<Init> {
  const { stdout } = await runTool({
    program: tools.ffmpeg,
    args: [
      '-hide_banner', '-nostdin', '-loglevel', 'error', ...deviceArgs(rendition.settings.encoder),
      '-f', 'lavfi', '-i', `color=black:size=${rendition.width}x${rendition.height}:rate=${rateText(rendition.rate)},${taggedPicture}`,
      ...(rendition.settings.encoder === 'vaapi' ? ['-vf', uploadFilters('vaapi').slice(1)] : []),
      '-frames:v', '1', ...videoOutputArgs(rendition, { timescale: grid.timescale, segmentFrames: grid.segmentFrames, threads: 1 }), 'pipe:1',
    ],
    timeoutSeconds: 60,
    maxMemoryBytes: rendition.settings.encoder ? undefined : encodeMemoryBytes,
    stdout: 'collect',
    signal: options.signal,
  })
  const moov = boxesIn(stdout).find((box) => box.type === 'moof' || box.type === 'moov')
  if (moov?.type !== 'moov') throw new Error('ffmpeg wrote no moov box first')
  const bytes = Buffer.concat([cmafFileType(), stdout.subarray(moov.start, moov.end)])
  const codec = codecsInMp4[rendition.codec]
  const configuration = codec.configuration(bytes)
  return { bytes, codecs: codec.codecString(configuration), parameterSetsSha256: createHash('sha256').update(configuration).digest('hex') }
}

/** Written, not encoded: everything in it is known. */
export function makeAudioInit(rendition: AudioDraft): Init {
  const { codecString, rollFrames, entry } = soundCodecs[rendition.codec]
  const sampleEntry = entry(rendition)
  const bytes = soundInit({ sampleRate: rendition.sampleRate, language: rendition.language, frameSamples: rendition.grid.frameTicks, sampleEntry, rollFrames })
  return { bytes, codecs: codecString, parameterSetsSha256: createHash('sha256').update(sampleEntry).digest('hex') }
}

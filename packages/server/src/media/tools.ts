/** The ffmpeg and ffprobe to use, and whether they can do what is asked of them. */
import type { TierCodec } from '../domain/plan.ts'
import { MediaRunError, runTool } from './run.ts'

export type MediaTools = { ffmpeg: string; ffprobe: string }

/** Something that every encode needs is missing; the message says what and how to get it. */
export class MediaToolsMissing extends Error {
  override name = 'MediaToolsMissing'
}

const neededFilters = ['apad', 'aresample', 'asetpts', 'atrim', 'bwdif', 'ebur128', 'fps', 'scale', 'framestep', 'premultiply', 'setparams', 'split', 'tonemap', 'tpad', 'trim', 'zscale']
const neededEncoders = ['aac', 'libx264', 'mjpeg']

/** Versions, after a trial encode. `x264Build` is the plan's `encoderBuild`. Throws MediaToolsMissing. */
export async function checkTools(tools: MediaTools): Promise<{ ffmpegVersion: string; x264Build: string }> {
  const ffmpegVersion = await versionOf(tools.ffmpeg, 'ffmpeg')
  await versionOf(tools.ffprobe, 'ffprobe')
  await expectNames(tools.ffmpeg, '-filters', 'filter', neededFilters)
  await expectNames(tools.ffmpeg, '-encoders', 'encoder', neededEncoders)
  const { stdout } = await ask(tools.ffmpeg, [
    '-nostdin', '-loglevel', 'error', '-f', 'lavfi', '-i', 'color=black:size=64x64:rate=25', '-frames:v', '1',
    '-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-f', 'h264', 'pipe:1',
  ])
  // x264 signs its first picture in a user data SEI.
  const x264Build = /x264 - core (\d+ r?\w*(?: \w+)?)/.exec(stdout.toString('latin1'))?.[1]
  if (!x264Build) throw new MediaToolsMissing('ffmpeg encodes H.264 with something that is not x264. Install a build with libx264.')
  return { ffmpegVersion, x264Build: `x264 ${x264Build}` }
}

/** What encodes a further codec, as ffmpeg calls it. */
export const tierEncoders: Record<TierCodec, string> = { av1: 'libsvtav1', opus: 'libopus' }

/** Whether that codec can be encoded here. Throws MediaToolsMissing where there is no ffmpeg. */
export async function hasEncoder(tools: MediaTools, codec: TierCodec): Promise<boolean> {
  return (await namesOf(tools.ffmpeg, '-encoders')).has(tierEncoders[codec])
}

/** The names of what it decodes. Throws MediaToolsMissing. */
export const decodersOf = (tools: MediaTools): Promise<Set<string>> => namesOf(tools.ffmpeg, '-decoders')

async function versionOf(program: string, name: string): Promise<string> {
  const { stdout } = await ask(program, ['-version'])
  const version = new RegExp(`^${name} version (\\S+)`).exec(stdout.toString())?.[1]
  if (!version) throw new MediaToolsMissing(`${program} is not ${name}. Install ffmpeg 5.1 or later (Debian, Ubuntu: apt-get install ffmpeg).`)
  return version
}

async function expectNames(program: string, list: string, kind: string, names: string[]): Promise<void> {
  const known = await namesOf(program, list)
  const missing = names.filter((name) => !known.has(name))
  if (missing.length > 0) throw new MediaToolsMissing(`this ffmpeg has no ${kind} ${missing.join(', ')}. Install a full build of ffmpeg 5.1 or later (Debian, Ubuntu: apt-get install ffmpeg).`)
}

async function namesOf(program: string, list: string): Promise<Set<string>> {
  const { stdout } = await ask(program, ['-hide_banner', list])
  return new Set(stdout.toString().split('\n').map((line) => line.trim().split(/\s+/)[1] ?? ''))
}

async function ask(program: string, args: string[]) {
  try {
    return await runTool({ program, args, timeoutSeconds: 30, stdout: 'collect' })
  } catch (error) {
    if (!(error instanceof MediaRunError)) throw error
    throw new MediaToolsMissing(`${program} does not run: ${error.message}. Install ffmpeg 5.1 or later (Debian, Ubuntu: apt-get install ffmpeg).`, { cause: error })
  }
}

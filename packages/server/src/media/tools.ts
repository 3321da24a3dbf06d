/** The ffmpeg and ffprobe to use, and whether they can do what is asked of them. */
export type MediaTools = { ffmpeg: string; ffprobe: string }

/** Something that every encode needs is missing; the message says what and how to get it. */
export class MediaToolsMissing extends Error {
  override name = 'MediaToolsMissing'
}

/** Versions, after a trial encode. `x264Build` is the plan's `encoderBuild`. Throws MediaToolsMissing. */
export async function checkTools(tools: MediaTools): Promise<{ ffmpegVersion: string; x264Build: string }> {
  throw new Error('not written yet')
}

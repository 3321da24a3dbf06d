/** What a plain file most likely is, from its own words alone: good enough to begin an encode that is thrown away if it was wrong. Pure. */
import { alignOrigin } from './align-origin.ts'
import { decideRate } from './frame-rate.ts'
import type { Inspection } from './inspection.ts'
import { pickAudio, pickVideos } from './pick-streams.ts'
import { describePicture } from './picture.ts'
import { seconds, type ProbedFormat, type ProbedStream } from './probe.ts'

const plainContainer = /^(?:mov|matroska)/
const plainPixels = /^yuvj?4(?:20|22|44)p(?:10le)?$/
/** Hostile pictures are large: nothing above 4K is begun before it was looked at. */
const mostPixels = 4096 * 2304
/** Shorter ones are inspected as fast as they are guessed. */
const leastSeconds = 6
/** How far the two rates that a file claims may differ where its pictures come evenly. */
const evenRates = 0.001

/** Undefined for everything that is not plainly a film at a steady rate. Its sound and its end are only claims. */
export function guessInspection(format: ProbedFormat, streams: ProbedStream[]): Inspection | undefined {
  const [video] = pickVideos(streams)
  const container = format.format_name ?? ''
  const durationSeconds = seconds(format.duration) ?? 0
  if (!video || !plainContainer.test(container) || durationSeconds < leastSeconds) return undefined
  const { width = 0, height = 0, pix_fmt: pixels = '', field_order: fields = 'progressive' } = video
  if (width < 16 || height < 16 || width * height > mostPixels || !plainPixels.test(pixels) || fields !== 'progressive') return undefined
  const [average, nominal] = [fraction(video.avg_frame_rate), fraction(video.r_frame_rate)]
  if (!average || !nominal || Math.abs(average / nominal - 1) > evenRates) return undefined

  const formatStartSeconds = seconds(format.start_time) ?? 0
  const startOf = (stream: ProbedStream) => seconds(stream.start_time) ?? formatStartSeconds
  const { rate } = decideRate({ runs: [], averageRate: average, interlaced: false })
  const originSeconds = alignOrigin(Math.min(...[video, ...pickAudio(streams)].map(startOf)), startOf(video), rate)
  return {
    container,
    originSeconds,
    formatStartSeconds,
    seekable: true,
    durationSeconds,
    video: {
      streamIndex: video.index,
      codec: video.codec_name ?? 'unknown',
      startSeconds: Math.max(0, startOf(video) - originSeconds),
      endSeconds: durationSeconds,
      ...describePicture(video, [{}]),
      rate,
      isVariableRate: false,
    },
    audio: [],
    warnings: [],
  }
}

function fraction(text: string | undefined): number | undefined {
  const [num, den] = (text ?? '').split('/').map(Number)
  return num && den ? num / den : undefined
}

/** Which streams of a file are the film: not cover pictures, not thumbnails, not data. Pure. */
import type { ProbedStream } from './probe.ts'

const mostAudioTracks = 8

/** Picture streams, the best first: the default one, then the largest. */
export function pickVideos(streams: ProbedStream[]): ProbedStream[] {
  const area = (stream: ProbedStream) => (stream.width ?? 0) * (stream.height ?? 0)
  const isCover = (stream: ProbedStream) =>
    stream.disposition?.attached_pic === 1 || stream.disposition?.timed_thumbnails === 1 || stream.disposition?.still_image === 1
  return streams
    .filter((stream) => stream.codec_type === 'video' && stream.codec_name !== undefined && stream.codec_name !== 'none' && !isCover(stream))
    .sort((a, b) => (b.disposition?.default ?? 0) - (a.disposition?.default ?? 0) || area(b) - area(a) || a.index - b.index)
    .slice(0, 3)
}

/** Sound streams in the file's order, at most eight. */
export function pickAudio(streams: ProbedStream[]): ProbedStream[] {
  return streams
    .filter((stream) => stream.codec_type === 'audio' && stream.codec_name !== undefined && (stream.channels ?? 0) > 0 && Number(stream.sample_rate) > 0)
    .slice(0, mostAudioTracks)
}

/** What the encoder and the MP4 writer are told for a rendition: the same for its init segment and for every segment. Pure. */
import { rateOf } from '../domain/rate.ts'
import type { VideoDraft } from '../domain/plan.ts'
import { hardwareArgs, type OutputOptions } from './hardware.ts'

/**
 * Options of one output. The GOP is as long as a full segment, also where segments are shorter, and only the caller's
 * forced key frames open one; `stitchable` keeps the parameter sets free of what differs between runs.
 */
export function videoOutputArgs(rendition: VideoDraft, options: OutputOptions): string[] {
  return [
    ...encoderArgs(rendition, options),
    '-color_primaries', 'bt709', '-color_trc', 'bt709', '-colorspace', 'bt709', '-color_range', 'tv', '-chroma_sample_location', 'left',
    '-fps_mode', 'passthrough', '-video_track_timescale', String(options.timescale), '-map_metadata', '-1', '-map_chapters', '-1',
    // A fragment a key frame; its decode time as encoded, also when the first one is far into the film.
    '-movflags', '+frag_keyframe+empty_moov+default_base_moof+frag_discont+negative_cts_offsets+skip_trailer', '-f', 'mp4',
  ]
}

function encoderArgs(rendition: VideoDraft, options: OutputOptions): string[] {
  if (rendition.codec === 'av1') return av1Args(rendition, options)
  const { encoder } = rendition.settings
  return encoder ? hardwareArgs(encoder, rendition, options) : x264Args(rendition, options)
}

function x264Args(rendition: VideoDraft, options: OutputOptions): string[] {
  const { settings } = rendition
  const cap = String(rendition.capBitsPerSecond)
  // Without a look ahead these presets run over the cap by 1.4 times, ultrafast with it by 1.3 (docs/decisions/0016).
  const isBlind = settings.preset === 'ultrafast' || settings.preset === 'superfast'
  const buffer = settings.preset === 'ultrafast' ? String(Math.round(rendition.capBitsPerSecond / 2)) : cap
  const parameters = ['stitchable=1', ...(isBlind ? ['rc-lookahead=10'] : []), ...(options.reportsSsim ? ['ssim=1'] : [])]
  return [
    '-c:v', 'libx264', '-preset', settings.preset, '-crf', String(settings.crf), '-maxrate', cap, '-bufsize', buffer,
    '-profile:v', settings.profile, '-level:v', settings.level, '-g', String(options.segmentFrames * rendition.framesPerGridFrame),
    '-sc_threshold', '0', '-flags', '+cgop', '-forced-idr', '1', '-x264-params', parameters.join(':'), '-threads', String(options.threads),
  ]
}

/**
 * SVT-AV1. Forced key frames must be allowed and closed (irefresh-type 2), none may come of a scene change; `mbr` is the
 * cap in kbit/s, `lp` the threads. Level and tier follow from size and rate alone, so one init segment serves.
 */
function av1Args(rendition: VideoDraft, options: OutputOptions): string[] {
  const { settings } = rendition
  const parameters = ['scd=0', 'irefresh-type=2', 'enable-force-key-frames=1', `lp=${options.threads}`, `mbr=${Math.round(rendition.capBitsPerSecond / 1000)}`]
  return [
    '-c:v', 'libsvtav1', '-preset', settings.preset, '-crf', String(settings.crf),
    '-g', String(options.segmentFrames * rendition.framesPerGridFrame), '-svtav1-params', parameters.join(':'),
  ]
}

/** The last filters of every rendition: square pixels, and the tags that go into the parameter sets. */
export const taggedPicture = 'setsar=1,format=yuv420p,setparams=field_mode=prog:range=tv:color_primaries=bt709:color_trc=bt709:colorspace=bt709'

/** An ffmpeg rate. */
export const rateText = (rate: { num: number; den: number }): string => `${rate.num}/${rate.den}`

/** x264 threads for a picture: more only cost memory and delay in small ones. */
export const threadsFor = (rendition: VideoDraft, available: number): number =>
  Math.max(1, Math.min(available, Math.ceil((rendition.width * rendition.height * rateOf(rendition.rate)) / 8e6)))

/** What a stream's picture looks like as it should be shown: size, rotation, colours, fields. Pure. */
import type { AlphaDecoder } from '../domain/plan.ts'
import type { ProbedFrame, ProbedStream } from './probe.ts'

export type Picture = {
  codedWidth: number
  codedHeight: number
  width: number
  height: number
  rotationDegrees: 0 | 90 | 180 | 270
  interlaced: boolean
  transfer: 'sdr' | 'pq' | 'hlg'
  matrix: string
  fullRange: boolean
  pixelFormat: string
  decoder?: AlphaDecoder
}

/** `frames`: at least one, decoded. What the bitstream says goes before what the container says. */
export function describePicture(stream: ProbedStream, frames: ProbedFrame[]): Picture {
  const first = frames[0]!
  const codedWidth = first.width ?? stream.width ?? 0
  const codedHeight = first.height ?? stream.height ?? 0
  const decoder = alphaDecoderOf(stream)
  const pixelFormat = decoder ? 'yuva420p' : (first.pix_fmt ?? stream.pix_fmt ?? 'yuv420p')
  const rotationDegrees = rotationOf(stream)
  const shownWidth = Math.max(1, Math.round(codedWidth * aspectOf(stream.sample_aspect_ratio)))
  const turned = rotationDegrees === 90 || rotationDegrees === 270
  return {
    codedWidth,
    codedHeight,
    width: even(turned ? codedHeight : shownWidth),
    height: even(turned ? shownWidth : codedHeight),
    rotationDegrees,
    interlaced: frames.filter((frame) => frame.interlaced_frame === 1).length * 2 > frames.length,
    transfer: transferOf(first.color_transfer ?? stream.color_transfer, pixelFormat),
    matrix: matrixOf(first.color_space ?? stream.color_space, pixelFormat, codedWidth, codedHeight),
    fullRange: (first.color_range ?? stream.color_range) === 'pc' || pixelFormat.startsWith('yuvj'),
    pixelFormat,
    ...(decoder && { decoder }),
  }
}

/** Matroska says in a tag that there is an alpha channel. */
export function alphaDecoderOf({ codec_name, tags }: ProbedStream): AlphaDecoder | undefined {
  if (tags?.alpha_mode !== '1') return undefined
  return codec_name === 'vp8' ? 'libvpx' : codec_name === 'vp9' ? 'libvpx-vp9' : undefined
}

/** To the nearest even number from below: a column or row is lost rather than invented. */
const even = (value: number): number => Math.max(2, value - (value % 2))

/** Clockwise, from the display matrix (ffprobe's `rotation` is counterclockwise). */
function rotationOf(stream: ProbedStream): Picture['rotationDegrees'] {
  const matrix = stream.side_data_list?.find((data) => data.rotation !== undefined)
  const quarter = (((Math.round(-(matrix?.rotation ?? 0) / 90) % 4) + 4) % 4) as 0 | 1 | 2 | 3
  return ([0, 90, 180, 270] as const)[quarter]
}

/** Width over height of a pixel; 1 where it is unknown or absurd. */
function aspectOf(text: string | undefined): number {
  const [width, height] = (text ?? '').split(':').map(Number)
  const aspect = width && height ? width / height : 1
  return aspect > 0.1 && aspect < 10 ? aspect : 1
}

/** Only pictures of 10 bits or more are HDR: 8-bit ones tagged so are mistakes of their encoder. */
function transferOf(transfer: string | undefined, pixelFormat: string): Picture['transfer'] {
  if (!/(?:p|gray|gbrp|x2rgb|x2bgr)(?:9|1[0-6])(?:le|be)?$|^p01[06]/.test(pixelFormat)) return 'sdr'
  if (transfer === 'smpte2084') return 'pq'
  return transfer === 'arib-std-b67' ? 'hlg' : 'sdr'
}

/** swscale's name. Untagged pictures below 720 lines are taken for BT.601, as players do. */
function matrixOf(space: string | undefined, pixelFormat: string, width: number, height: number): string {
  if (/^(?:rgb|bgr|gbr|argb|abgr|pal8|0rgb|0bgr)/.test(pixelFormat)) return 'auto'
  switch (space) {
    case 'bt709': return 'bt709'
    case 'bt2020nc': case 'bt2020c': return 'bt2020'
    case 'smpte170m': case 'bt470bg': return 'smpte170m'
    case 'fcc': return 'fcc'
    case 'smpte240m': return 'smpte240m'
    default: return Math.min(width, height) >= 720 ? 'bt709' : 'smpte170m'
  }
}

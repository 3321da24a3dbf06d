/** The filters that turn a source's picture into BT.709 SDR of a size. Pure. */
import type { VideoSource } from '../domain/plan.ts'

/** Scaled (ffmpeg has rotated it before), tone-mapped where it is HDR, in the matrix and range that every rendition has. */
export function pictureFilters(source: VideoSource, size: { width: number; height: number }): string[] {
  if (hasAlpha.test(source.pixelFormat)) return [...overBlack, ...flatFilters(source, size)]
  return flatFilters(source, size)
}

/** Planar and packed formats with an alpha channel, and palettes, which may have a transparent colour. */
const hasAlpha = /^(?:yuva|gbrap|ya\d|rgba|bgra|argb|abgr|pal8)/
/** What is transparent is black, half transparent half as bright: before scaling, which would bleed hidden colours over the edge. */
const overBlack = ['premultiply=inplace=1']

function flatFilters(source: VideoSource, size: { width: number; height: number }): string[] {
  const { width, height } = size
  if (source.transfer !== 'sdr') return [`scale=${width}:${height}:flags=bicubic`, ...toneMap(source)]
  const matrix = source.matrix && source.matrix !== 'auto' ? `in_color_matrix=${source.matrix}:` : ''
  const range = `in_range=${source.fullRange ? 'pc' : 'tv'}`
  return [`scale=${width}:${height}:flags=bicubic:${matrix}${source.matrix === 'auto' ? '' : `${range}:`}out_color_matrix=bt709:out_range=tv`]
}

/**
 * PQ and HLG to SDR in linear light, after scaling, which makes it as cheap as the rendition is small. 203 cd/m² is HDR's
 * reference white (ITU-R BT.2408); Hable's curve keeps mid-tones and rolls highlights off.
 */
function toneMap(source: VideoSource): string[] {
  const transfer = source.transfer === 'pq' ? 'smpte2084' : 'arib-std-b67'
  const range = source.fullRange ? 'pc' : 'tv'
  return [
    `zscale=tin=${transfer}:min=bt2020nc:pin=bt2020:rin=${range}:t=linear:npl=203`,
    'format=gbrpf32le', 'zscale=p=bt709', 'tonemap=tonemap=hable:desat=0', 'zscale=t=bt709:m=bt709:r=tv',
  ]
}

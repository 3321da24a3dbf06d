/** Writes the HLS playlists of a manifest version: the same CMAF segments as the MPD (RFC 8216). Pure. */
import { targetSeconds } from '../domain/bit-rates.ts'
import type { Caption } from '../domain/extras.ts'
import { gridOf, segmentsOf } from '../domain/grid.ts'
import { captionHref, captionPlaylistHref, initHref, segmentHref } from '../domain/keys.ts'
import type { AudioRendition, Plan } from '../domain/plan.ts'
import { rateOf } from '../domain/rate.ts'
import { isCommonSound } from '../domain/tier.ts'
import type { ManifestVersion } from '../domain/video.ts'
import { audioPeak, byCodec, listedRenditions, videoPeaks } from './listed.ts'

const head = ['#EXTM3U', '#EXT-X-VERSION:7', '#EXT-X-INDEPENDENT-SEGMENTS']
const mediaHref = (renditionId: string): string => `${renditionId}.m3u8`

/**
 * The master playlist. AVERAGE-BANDWIDTH is there once both picture and sound were measured.
 * Audio alone is listed as variants, as Apple's authoring specification asks of audio-only streams.
 */
export function writeHlsMaster(plan: Plan, manifest: ManifestVersion): string {
  const { video, audio: sound } = listedRenditions(plan, manifest)
  // A variant's CODECS names one codec of sound: AV1 goes with AAC too, and players of HLS that know Opus know DASH.
  const audio = sound.filter(isCommonSound)
  const peaks = byCodec(video).flatMap((renditions) => videoPeaks(renditions, manifest))
  const largestAudio = Math.max(0, ...audio.map((rendition) => audioPeak(rendition, manifest)))
  const audioCodecs = [...new Set(audio.map((rendition) => rendition.codecs))]
  const grouped = audio.length > (video.length > 0 ? 0 : 1)
  const lines = [...head]
  if (grouped) lines.push(...audioGroup(audio))
  const captions = manifest.captions ?? []
  lines.push(...captionGroup(captions))
  const groups = { ...(grouped ? { AUDIO: quoted('audio') } : {}), ...(captions.length > 0 ? { SUBTITLES: quoted('captions') } : {}) }
  for (const [index, rendition] of video.entries()) {
    const variant = {
      BANDWIDTH: peaks[index]! + largestAudio,
      ...averageBandwidth([rendition.id], audio, manifest),
      CODECS: quoted([rendition.codecs, ...audioCodecs].join(',')),
      RESOLUTION: `${rendition.width}x${rendition.height}`,
      'FRAME-RATE': rateOf(rendition.rate).toFixed(3),
      ...groups,
    }
    lines.push(`#EXT-X-STREAM-INF:${attributeList(variant)}`, mediaHref(rendition.id))
  }
  // With several tracks one variant on the default track carries the group: the others are reached through it.
  const audioVariants = video.length > 0 ? [] : audio.slice(0, 1)
  for (const rendition of audioVariants) {
    const variant = {
      BANDWIDTH: largestAudio,
      ...averageBandwidth([], audio, manifest),
      CODECS: quoted(audioCodecs.join(',')),
      ...groups,
    }
    lines.push(`#EXT-X-STREAM-INF:${attributeList(variant)}`, mediaHref(rendition.id))
  }
  return `${lines.join('\n')}\n`
}

/** Of the pictures and the largest sound; left out until all of them were measured. */
function averageBandwidth(pictures: string[], audio: AudioRendition[], { rates }: ManifestVersion): { 'AVERAGE-BANDWIDTH'?: number } {
  const averageOf = (id: string): number => rates?.[id]?.averageBitsPerSecond ?? NaN
  const average = Math.max(0, ...audio.map(({ id }) => averageOf(id))) + pictures.reduce((sum, id) => sum + averageOf(id), 0)
  return Number.isNaN(average) ? {} : { 'AVERAGE-BANDWIDTH': average }
}

/** The media playlist of one rendition, complete from the first day. Throws when the plan has no such rendition. */
export function writeHlsMedia(plan: Plan, renditionId: string): string {
  const found = gridOf(plan, renditionId)
  if (!found) throw new Error(`the plan ${plan.videoId}/${plan.revision} has no rendition ${renditionId}`)
  const { grid, kind } = found
  const lines = [
    ...head,
    `#EXT-X-TARGETDURATION:${targetSeconds(plan)}`,
    '#EXT-X-MEDIA-SEQUENCE:0',
    '#EXT-X-PLAYLIST-TYPE:VOD',
    `#EXT-X-MAP:URI=${quoted(initHref(renditionId))}`,
  ]
  for (const { number, durationTicks } of segmentsOf(grid, kind)) {
    lines.push(`#EXTINF:${(durationTicks / grid.timescale).toFixed(6)},`, segmentHref(renditionId, number))
  }
  return `${lines.join('\n')}\n#EXT-X-ENDLIST\n`
}

/** NAMEs differ within the group, one member is DEFAULT, AUTOSELECT goes to one member a language (RFC 8216 §4.3.4.1.1). */
function audioGroup(audio: AudioRendition[]): string[] {
  const names = new Set<string>()
  const languages = new Set<string>()
  return audio.map((rendition, index) => {
    const base = rendition.label.trim() || rendition.language
    let name = quoted(base)
    for (let n = 2; names.has(name); n++) name = quoted(`${base} ${n}`)
    names.add(name)
    const autoselect = !languages.has(rendition.language)
    languages.add(rendition.language)
    return `#EXT-X-MEDIA:${attributeList({
      TYPE: 'AUDIO',
      'GROUP-ID': quoted('audio'),
      NAME: name,
      ...(rendition.language === 'und' ? {} : { LANGUAGE: quoted(rendition.language) }),
      DEFAULT: index === 0 ? 'YES' : 'NO',
      AUTOSELECT: autoselect ? 'YES' : 'NO',
      CHANNELS: quoted(String(rendition.channels)),
      URI: quoted(mediaHref(rendition.id)),
    })}`
  })
}

/** The playlist of captions: one WebVTT file as long as the video, whose times count from its start (RFC 8216 §3.5). */
export function writeHlsCaptions(plan: Plan, attempt: string): string {
  return `${[
    '#EXTM3U', '#EXT-X-VERSION:7', `#EXT-X-TARGETDURATION:${Math.max(1, Math.ceil(plan.durationSeconds))}`, '#EXT-X-MEDIA-SEQUENCE:0', '#EXT-X-PLAYLIST-TYPE:VOD',
    `#EXTINF:${plan.durationSeconds.toFixed(6)},`, `../${captionHref(attempt)}`, '#EXT-X-ENDLIST',
  ].join('\n')}\n`
}

/** Off until the viewer or the system's settings choose one; one of each language may be chosen by the system. */
function captionGroup(captions: Caption[]): string[] {
  const names = new Set<string>()
  const languages = new Set<string>()
  return captions.map(({ language, label, attempt }) => {
    let name = quoted(label)
    for (let n = 2; names.has(name); n++) name = quoted(`${label} ${n}`)
    names.add(name)
    const autoselect = !languages.has(language)
    languages.add(language)
    return `#EXT-X-MEDIA:${attributeList({
      TYPE: 'SUBTITLES',
      'GROUP-ID': quoted('captions'),
      NAME: name,
      ...(language === 'und' ? {} : { LANGUAGE: quoted(language) }),
      DEFAULT: 'NO',
      AUTOSELECT: autoselect ? 'YES' : 'NO',
      FORCED: 'NO',
      URI: quoted(captionPlaylistHref(attempt)),
    })}`
  })
}

/** A quoted string has no way to escape its quote, and no line feed (RFC 8216 §4.2). */
const quoted = (text: string): string => `"${text.toWellFormed().replace(/"/g, "'").replace(/[\u0000-\u001f\u007f]+/g, ' ')}"`

const attributeList = (values: Record<string, string | number>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}=${value}`)
    .join(',')

/** Writes the DASH MPD of a manifest version: static, isoff-live, SegmentTimeline over the fixed grid (ISO/IEC 23009-1). Pure. */
import type { Caption } from '../domain/extras.ts'
import { segmentsOf } from '../domain/grid.ts'
import { captionHref, initHref, segmentHref } from '../domain/keys.ts'
import type { AudioGrid, AudioRendition, Plan, VideoGrid, VideoRendition } from '../domain/plan.ts'
import { isCommonSound } from '../domain/tier.ts'
import type { ManifestVersion } from '../domain/video.ts'
import { audioPeak, byCodec, listedRenditions, videoPeaks } from './listed.ts'

/** The whole MPD. Its links are relative to `m<version>/`. */
export function writeDash(plan: Plan, manifest: ManifestVersion): string {
  const { video, audio } = listedRenditions(plan, manifest)
  const sets = [
    ...byCodec(video).map((renditions) => videoSet(plan.video!, renditions, videoPeaks(renditions, manifest))),
    ...byCodec(audio).flatMap((tracks) => tracks.map((rendition, index) => audioSet(rendition, index, audioPeak(rendition, manifest)))),
    ...(manifest.captions ?? []).map(captionSet),
  ]
  return `<?xml version="1.0" encoding="UTF-8"?>
<MPD xmlns="urn:mpeg:dash:schema:mpd:2011" profiles="urn:mpeg:dash:profile:isoff-live:2011" type="static"${attributes({
    mediaPresentationDuration: `PT${seconds(plan.durationSeconds)}S`,
    minBufferTime: 'PT4S',
  })}>
<Period id="0" start="PT0S">
${sets.join('\n')}
</Period>
</MPD>
`
}

/** One adaptation set a codec: players switch within one. The ladder comes first. */
function videoSet({ source, grid }: NonNullable<Plan['video']>, renditions: VideoRendition[], peaks: number[]): string {
  const { codec } = renditions[0]!
  const set = {
    id: codec === 'h264' ? 'video' : `video-${codec}`,
    contentType: 'video',
    mimeType: 'video/mp4',
    segmentAlignment: 'true',
    startWithSAP: 1,
    par: ratio(source.width, source.height),
    maxWidth: Math.max(...renditions.map((rendition) => rendition.width)),
    maxHeight: Math.max(...renditions.map((rendition) => rendition.height)),
  }
  const representations = renditions.map((rendition, index) => {
    const { num, den } = rendition.rate
    return `<Representation${attributes({
      id: rendition.id,
      codecs: rendition.codecs,
      bandwidth: peaks[index]!,
      width: rendition.width,
      height: rendition.height,
      frameRate: den === 1 ? num : `${num}/${den}`,
      sar: '1:1',
    })}/>`
  })
  return `<AdaptationSet${attributes(set)}>
${segmentTemplate(grid, 'video')}
${representations.join('\n')}
</AdaptationSet>`
}

/** One adaptation set a track and codec; those of a track have language, label and role in common. */
function audioSet(rendition: AudioRendition, index: number, peakBitsPerSecond: number): string {
  const set = {
    id: isCommonSound(rendition) ? `audio-${index + 1}` : `audio-${rendition.codec}-${index + 1}`,
    contentType: 'audio',
    mimeType: 'audio/mp4',
    lang: rendition.language,
    segmentAlignment: 'true',
    startWithSAP: 1,
  }
  const representation = {
    id: rendition.id,
    codecs: rendition.codecs,
    bandwidth: peakBitsPerSecond,
    audioSamplingRate: rendition.sampleRate,
  }
  return `<AdaptationSet${attributes(set)}>
<AudioChannelConfiguration schemeIdUri="urn:mpeg:dash:23003:3:audio_channel_configuration:2011" value="${rendition.channels}"/>
${rendition.label === '' ? '' : `<Label>${escapeXml(rendition.label)}</Label>\n`}<Role schemeIdUri="urn:mpeg:dash:role:2011" value="${index === 0 ? 'main' : 'alternate'}"/>
${segmentTemplate(rendition.grid, 'audio')}
<Representation${attributes(representation)}/>
</AdaptationSet>`
}

/** One WebVTT file for the whole period (ISO/IEC 23009-1 §5.3.9.2: a BaseURL alone). */
function captionSet({ language, label, attempt }: Caption): string {
  return `<AdaptationSet${attributes({ contentType: 'text', mimeType: 'text/vtt', lang: language })}>
<Label>${escapeXml(label)}</Label>
<Role schemeIdUri="urn:mpeg:dash:role:2011" value="subtitle"/>
<Representation${attributes({ id: `captions-${attempt}`, bandwidth: 1000 })}>
<BaseURL>${escapeXml(captionHref(attempt))}</BaseURL>
</Representation>
</AdaptationSet>`
}

function segmentTemplate(grid: VideoGrid | AudioGrid, kind: 'video' | 'audio'): string {
  const template = {
    timescale: grid.timescale,
    startNumber: 0,
    initialization: initHref('$RepresentationID$'),
    media: segmentHref('$RepresentationID$', '$Number$'),
  }
  return `<SegmentTemplate${attributes(template)}><SegmentTimeline>${timeline(grid, kind)}</SegmentTimeline></SegmentTemplate>`
}

/** Runs of equal durations as one S each; `r` counts the repeats after the first (§5.3.9.6). */
function timeline(grid: VideoGrid | AudioGrid, kind: 'video' | 'audio'): string {
  const runs: { durationTicks: number; count: number }[] = []
  for (const { durationTicks } of segmentsOf(grid, kind)) {
    const last = runs.at(-1)
    if (last?.durationTicks === durationTicks) last.count++
    else runs.push({ durationTicks, count: 1 })
  }
  return runs
    .map((run, index) => `<S${index === 0 ? ' t="0"' : ''} d="${run.durationTicks}"${run.count > 1 ? ` r="${run.count - 1}"` : ''}/>`)
    .join('')
}

/** In lowest terms, as @par asks. */
function ratio(width: number, height: number): string {
  let [a, b] = [width, height]
  while (b !== 0) [a, b] = [b, a % b]
  return `${width / a}:${height / a}`
}

const seconds = (value: number): string => String(Number(value.toFixed(6)))

const attributes = (values: Record<string, string | number>): string =>
  Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('')

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' }

/** Also drops what XML 1.0 §2.2 does not allow in a document (labels come from uploaded files). */
const escapeXml = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, '')
    .replace(/[&<>"']/g, (character) => entities[character]!)

/** The manifest check itself: it finds each mistake that is made on purpose. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { writeDash } from '../../src/manifests/dash.ts'
import { writeHlsMaster, writeHlsMedia } from '../../src/manifests/hls.ts'
import { checkDash } from '../fixtures/check-dash.ts'
import { checkHls } from '../fixtures/check-hls.ts'
import { checkManifests } from '../fixtures/check-manifests.ts'
import { everything, samplePlan } from '../fixtures/sample-plan.ts'

const plan = samplePlan(66.066)
const manifest = everything(plan)
const mpd = writeDash(plan, manifest)
const master = writeHlsMaster(plan, manifest)
const media = Object.fromEntries(manifest.renditionIds.map((id) => [`${id}.m3u8`, writeHlsMedia(plan, id)]))
const low = 'h264-240p.m3u8'

/** The text with the first match changed; fails when there is none, so that a case can't go stale. */
function broken(text: string, from: RegExp, to: string): string {
  assert.match(text, from)
  return text.replace(from, to)
}

const dashCases: [string, RegExp, string, RegExp][] = [
  ['not XML', /<\/Period>/, '', /well-formed/],
  ['a live type', /type="static"/, 'type="dynamic"', /not static/],
  ['no duration', /mediaPresentationDuration="[^"]*"/, '', /mediaPresentationDuration/],
  ['too short a timeline', /r="14"/, 'r="12"', /ends at/],
  ['a presentation that nothing reaches', /PT66\.066S/, 'PT66.3S', /no track reaches/],
  ['a gap', /<S d="120120"/, '<S t="120121" d="120120"', /a gap or an overlap/],
  ['a later start', /<S t="0"/, '<S t="9"', /a gap or an overlap/],
  ['zero length', /d="60060"/, 'd="0"', /d is 0/],
  ['numbers from 1', /startNumber="0"/, 'startNumber="1"', /startNumber/],
  ['an absolute link', /media="\.\./, 'media="https://example.org', /relative link/],
  ['no alignment', /segmentAlignment="true"/, '', /aligned/],
  ['no codec', /codecs="avc1\.64001f"/, 'codecs="h264"', /codecs is/],
  ['two codecs in a set', /codecs="avc1\.64001f"/, 'codecs="hvc1.1.6.L93.B0"', /families/],
  ['the highest first', /bandwidth="402500"/, 'bandwidth="9000000"', /lowest bandwidth/],
  ['an odd size', /width="426"/, 'width="427"', /size is/],
  ['a stretched picture', /width="426"/, 'width="320"', /is not 16:9/],
  ['the same id twice', /id="h264-240p"/, 'id="h264-360p"', /not unique/],
  ['no role', /<Role[^>]*>/, '', /role main/],
]
for (const [name, from, to, message] of dashCases) {
  test(`DASH: ${name}`, () => {
    const changed = broken(mpd, from, to)
    assert.throws(() => checkDash(changed), message)
  })
}

const masterCases: [string, RegExp, string, RegExp][] = [
  ['no first line', /#EXTM3U\n/, '', /first line/],
  ['no independent segments', /#EXT-X-INDEPENDENT-SEGMENTS\n/, '', /INDEPENDENT/],
  ['no bandwidth', /BANDWIDTH=\d+,/, '', /BANDWIDTH is/],
  ['an average above the peak', /BANDWIDTH=\d+,/, 'BANDWIDTH=400000,AVERAGE-BANDWIDTH=400001,', /averages/],
  ['no codecs', /CODECS="[^"]*",/, '', /CODECS is/],
  ['no audio among the codecs', /,mp4a\.40\.2"/, '"', /names no audio/],
  ['no frame rate', /FRAME-RATE=[\d.]+,/, '', /FRAME-RATE/],
  ['an unknown group', /AUDIO="audio"/, 'AUDIO="other"', /no audio group/],
  ['no default', /DEFAULT=YES/, 'DEFAULT=NO', /DEFAULT/],
  ['no channels', /CHANNELS="2",/, '', /CHANNELS/],
  ['the highest first', /BANDWIDTH=\d+/, 'BANDWIDTH=99000000', /not the lowest/],
  ['an attribute list that is none', /BANDWIDTH=/, 'BANDWIDTH:', /attribute list/],
  ['a playlist that is not there', /h264-240p\.m3u8/, 'h264-144p.m3u8', /not there/],
]
for (const [name, from, to, message] of masterCases) {
  test(`HLS master: ${name}`, () => {
    const changed = broken(master, from, to)
    assert.throws(() => checkHls(changed, media), message)
  })
}

const mediaCases: [string, RegExp, string, RegExp][] = [
  ['a segment over the target', /#EXTINF:4\.004000/, '#EXTINF:4.504000', /over the target/],
  ['another target', /TARGETDURATION:4/, 'TARGETDURATION:5', /TARGETDURATION differs/],
  ['too few decimals', /#EXTINF:4\.004000/, '#EXTINF:4.004', /EXTINF is/],
  ['no end', /#EXT-X-ENDLIST\n/, '', /ENDLIST/],
  ['an event', /PLAYLIST-TYPE:VOD/, 'PLAYLIST-TYPE:EVENT', /not VOD/],
  ['no init segment', /#EXT-X-MAP:[^\n]*\n/, '', /EXT-X-MAP/],
  ['a discontinuity', /(#EXTINF:4)/, '#EXT-X-DISCONTINUITY\n$1', /discontinuity/],
  ['a segment left out', /#EXTINF:4\.004000,\n[^\n]*\n/, '', /not aligned/],
  ['an absolute link', /\n\.\.\/h264-240p\/3\.m4s/, '\n/v/h264-240p/3.m4s', /relative link/],
  ['a segment without its duration', /#EXTINF:4\.004000,\n/, '', /without EXTINF/],
  ['an old version', /VERSION:7/, 'VERSION:3', /version 6/],
]
for (const [name, from, to, message] of mediaCases) {
  test(`HLS media: ${name}`, () => {
    const changed = broken(media[low]!, from, to)
    assert.throws(() => checkHls(master, { ...media, [low]: changed }), message)
  })
}

test('segments that are not where the manifests say', () => {
  const fact = { renditionId: 'h264-240p', number: 2, startTicks: 120120, durationTicks: 120120, timescale: 30000 }
  checkManifests({ mpd, master, media }, [{ ...fact, startsWithIdr: true, sizeBytes: 100_000 }])
  checkManifests({ mpd, master, media }, [{ ...fact, startTicks: 240240, durationTicks: 240240, timescale: 60000 }])
  assert.throws(() => checkDash(mpd, [{ ...fact, startTicks: 120121 }]), /starts at/)
  assert.throws(() => checkDash(mpd, [{ ...fact, durationTicks: 120119 }]), /lasts/)
  assert.throws(() => checkDash(mpd, [{ ...fact, number: 99 }]), /not in the timeline/)
  assert.throws(() => checkHls(master, media, [{ ...fact, startsWithIdr: false }]), /IDR/)
  assert.throws(() => checkHls(master, media, [{ ...fact, sizeBytes: 400_000 }]), /BANDWIDTH says/)
})

test('DASH and HLS that list different renditions', () => {
  const less = writeDash(plan, { ...manifest, renditionIds: ['h264-240p', 'aac-1'] })
  assert.throws(() => checkManifests({ mpd: less, master, media }), /DASH lists/)
})

/** Manifests with a second codec: a set of its own in DASH, variants of their own in HLS, the ladder still first. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { draftOpus, withTier } from '../../src/domain/tier.ts'
import { writeDash } from '../../src/manifests/dash.ts'
import { writeHlsMaster, writeHlsMedia } from '../../src/manifests/hls.ts'
import { checkManifests } from '../fixtures/check-manifests.ts'
import { everything, sampleAudio, samplePlan } from '../fixtures/sample-plan.ts'

const ladder = samplePlan(30)
const plan = withTier(ladder, {
  codec: 'av1',
  createdAt: 0,
  inits: {},
  renditions: ladder.video!.renditions.map((one) => ({ ...one, id: one.id.replace('h264', 'av1'), codec: 'av1', codecs: 'av01.0.05M.08', capBitsPerSecond: one.capBitsPerSecond * 0.7 })),
})
const manifest = everything(plan)
const mediaOf = (ids: string[]) => Object.fromEntries(ids.map((id) => [`${id}.m3u8`, writeHlsMedia(plan, id)]))

test('both codecs are listed, each in a set of its own', () => {
  const mpd = writeDash(plan, manifest)
  const master = writeHlsMaster(plan, manifest)
  checkManifests({ mpd, master, media: mediaOf(manifest.renditionIds) })
  assert.deepEqual([...mpd.matchAll(/<AdaptationSet id="([^"]+)"/g)].map((match) => match[1]), ['video', 'video-av1', 'audio-1'])
  assert.match(master, /CODECS="av01\.0\.05M\.08,mp4a\.40\.2"/)
  assert.ok(master.indexOf('h264-240p') < master.indexOf('av1-'), 'the start rendition is the first listed')
})

test('declared rates of one codec have nothing to do with those of the other', () => {
  const rates = { 'av1-240p': { peakBitsPerSecond: 150_000, averageBitsPerSecond: 100_000 } }
  assert.match(writeDash(plan, { ...manifest, rates }), /id="av1-240p" codecs="av01\.0\.05M\.08" bandwidth="150000"/)
  assert.match(writeHlsMaster(plan, { ...manifest, rates }), /BANDWIDTH=29\d{4},[^\n]*\nav1-240p/)
})

test('Opus is a set of its own for every track in DASH, beside its AAC; HLS stays with AAC', () => {
  const spoken = samplePlan(30, { audio: [sampleAudio(1, 30, { language: 'de', label: 'Deutsch', isDefault: false }), sampleAudio(2, 30, { label: 'English', isDefault: true })] })
  const both = withTier(spoken, { codec: 'opus', createdAt: 0, inits: {}, renditions: draftOpus(spoken).map((one) => ({ ...one, codecs: 'Opus' })) })
  const listed = { ...everything(both), rates: { 'opus-2': { peakBitsPerSecond: 110_000, averageBitsPerSecond: 95_000 } } }
  const [mpd, master] = [writeDash(both, listed), writeHlsMaster(both, listed)]
  const media = Object.fromEntries(everything(spoken).renditionIds.map((id) => [`${id}.m3u8`, writeHlsMedia(both, id)]))
  checkManifests({ mpd, master, media })
  const sets = [...mpd.matchAll(/<AdaptationSet id="(audio[^"]+)"[^>]* lang="(\w+)"[^]*?<Label>(\w+)<[^]*?Role[^>]* value="(\w+)"[^]*?<S t="0" d="(\d+)"/g)].map((match) => match.slice(1).join(' '))
  assert.deepEqual(sets, [
    'audio-1 en English main 192512', 'audio-2 de Deutsch alternate 192512', 'audio-opus-1 en English main 192000', 'audio-opus-2 de Deutsch alternate 192000',
  ])
  assert.match(mpd, /id="opus-2" codecs="Opus" bandwidth="110000"/)
  assert.ok(!/opus/i.test(master))
  assert.equal(writeHlsMaster(both, { ...listed, rates: {} }), writeHlsMaster(spoken, { ...listed, renditionIds: everything(spoken).renditionIds, rates: {} }))
})

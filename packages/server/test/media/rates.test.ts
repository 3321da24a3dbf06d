/** Rates and quality: segments made one by one hold the declared bandwidth, and sampled CRFs follow the picture. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { measureRate } from '../../src/domain/bit-rates.ts'
import { segmentCount } from '../../src/domain/grid.ts'
import type { Plan, VideoRendition } from '../../src/domain/plan.ts'
import { sampledRenditions, tuningOf } from '../../src/domain/quality.ts'
import { listedRenditions, peakBitsPerSecond as peakBitsPerSecondOf, videoPeaks } from '../../src/manifests/listed.ts'
import { compareQuality } from '../../src/media/compare-quality.ts'
import { makeVideoInit } from '../../src/media/init.ts'
import { sampleQuality } from '../../src/media/sample-quality.ts'
import { clip, makeClip } from '../fixtures/clips.ts'
import { openRangeServer, type RangeServer } from '../fixtures/range-server.ts'
import { encodeSpan, planOf, tools } from './encode-clip.ts'

let server: RangeServer
const folder = mkdtempSync(join(tmpdir(), 'sluice-rates-'))
before(async () => void (server = await openRangeServer()))
after(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

/** Noise on a moving picture: more than any cap allows. */
function noise(size: string, seconds: number): string {
  const path = join(folder, `noise-${size}.mp4`)
  const picture = `testsrc2=s=${size}:r=30:d=${seconds},noise=alls=60:allf=t+u,format=yuv420p`
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', picture, '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '12', path])
  return path
}

/** Lengths of a rendition's segments, each made on its own, as for a viewer who waits. */
async function lengthsOneByOne(url: string, plan: Plan, renditionId: string): Promise<number[]> {
  const lengths: number[] = []
  for (let number = 0; number < segmentCount(plan.video!.grid, 'video'); number++) {
    const { results } = await encodeSpan({ plan, url, renditionIds: [renditionId], from: number, to: number + 1, workDir: folder })
    lengths.push(...results[0]!.segments.map(({ bytes }) => bytes.length))
  }
  return lengths
}

/** With the lowest CRF that sampling can choose: the cap alone holds the rate. */
const greedy = (plan: Plan): Plan => ({
  ...plan,
  video: { ...plan.video!, renditions: plan.video!.renditions.map((one) => ({ ...one, settings: { ...one.settings, crf: 16 } })) },
})

const hard: [string, string | undefined, number][] = [
  ['noise', noise('640x360', 8), 2],
  ['trees in the wind', clip('d_real_trees_1080p25_moov_at_end.mp4'), 1],
  ['a street', clip('r_fragmented_street_480p_8s.mp4'), 3],
]
for (const [name, path, count] of hard) {
  test(`${name}: the peak of segments made one by one is within a tenth of what is declared`, { timeout: 600_000, skip: path === undefined && 'the clip is not here' }, async (t) => {
    const url = server.urlOf(path!)
    const plan = greedy((await planOf(url, path!)).plan)
    const manifest = { version: 1, createdAt: 0, renditionIds: plan.video!.renditions.map(({ id }) => id) }
    const { video } = listedRenditions(plan, manifest)
    const declared = videoPeaks(video, manifest)
    for (const [index, rendition] of video.slice(0, count).entries()) {
      const { peakBitsPerSecond } = measureRate(plan, rendition.id, await lengthsOneByOne(url, plan, rendition.id))!
      const share = peakBitsPerSecond / declared[index]!
      t.diagnostic(`${rendition.id}: ${share.toFixed(3)} of BANDWIDTH, ${(peakBitsPerSecond / rendition.capBitsPerSecond).toFixed(3)} of the cap`)
      assert.ok(share <= 1.1, `${rendition.id}: ${share}`)
    }
  })
}

for (const preset of ['ultrafast', 'superfast']) {
  test(`${preset} holds it too`, { timeout: 600_000 }, async (t) => {
    const path = clip('r_gopro_karma_480p_5streams.mp4') ?? noise('640x360', 8)
    const plan = greedy((await planOf(server.urlOf(path), path)).plan)
    const rendition = plan.video!.renditions[0]!
    rendition.settings.preset = preset
    rendition.parameterSetsSha256 = (await makeVideoInit(tools, plan.video!.grid, rendition)).parameterSetsSha256
    const { peakBitsPerSecond } = measureRate(plan, rendition.id, await lengthsOneByOne(server.urlOf(path), plan, rendition.id))!
    t.diagnostic(`${(peakBitsPerSecond / rendition.capBitsPerSecond).toFixed(3)} of the cap`)
    assert.ok(peakBitsPerSecond <= 1.1 * peakBitsPerSecondOf(rendition.capBitsPerSecond))
  })
}

async function tuned(path: string): Promise<number[]> {
  const { plan } = await planOf(server.urlOf(path), path)
  const { renditions } = plan.video!
  const { crf } = tuningOf(renditions, await sampleQuality(tools, { plan, url: server.urlOf(path), renditions: sampledRenditions(renditions) }))
  return renditions.map(({ id }) => crf[id]!)
}

test('noise gets a lower CRF than a plain picture, and segments of any CRF fit the init segment', { timeout: 600_000 }, async () => {
  const plain = makeClip({ seconds: 6, width: 640, height: 360, rate: '30' })
  const hardPath = noise('640x360', 8)
  const [easy, difficult] = [await tuned(plain), await tuned(hardPath)]
  easy.forEach((crf, index) => assert.ok(crf > difficult[index]!, `${easy.join()} against ${difficult.join()}`))
  const { plan } = await planOf(server.urlOf(plain), plain)
  for (const crf of [16, 28]) {
    const other = structuredClone(plan)
    for (const one of other.video!.renditions) one.settings.crf = crf
    // encodeSpan checks the parameter sets against those of the plan's inits.
    const { mode } = await encodeSpan({ plan: other, url: server.urlOf(plain), renditionIds: [other.video!.renditions[0]!.id], from: 0, to: 1, workDir: folder })
    assert.equal(mode, 'normal')
  }
})

const screen = clip('r_mediarecorder_screen_1080p_noduration.mkv')
const sports = clip('r_gopro_karma_480p_5streams.mp4')
test('a screen recording gets a higher CRF than a flight over trees', { timeout: 600_000, skip: !(screen && sports) && 'the clips are not here' }, async (t) => {
  const [calm, moving] = [await tuned(screen!), await tuned(sports!)]
  t.diagnostic(`screen ${calm.join()}, flight ${moving.join()}`)
  moving.forEach((crf, index) => assert.ok(calm[index]! >= crf + 3, `${calm.join()} against ${moving.join()}`))
})

test('what was not sampled takes the CRF of the largest sampled one', () => {
  const one = (id: string, width: number, height: number) => ({ id, width, height }) as VideoRendition
  const renditions = [one('a', 426, 240), one('b', 1920, 1080), one('c', 2560, 1440)]
  assert.deepEqual(sampledRenditions(renditions).map(({ id }) => id), ['a', 'b'])
  assert.deepEqual(tuningOf(renditions, new Map([['a', 0.983], ['b', 0.99]])), { crf: { a: 23.5, b: 27, c: 27 } })
  assert.deepEqual(tuningOf(renditions, new Map()), { crf: {} })
})

test('what is compared with the source: the same pictures are alike, and worse encodes less so', { timeout: 600_000 }, async () => {
  const path = makeClip({ seconds: 6, width: 640, height: 360, rate: '30' })
  const url = server.urlOf(path)
  const { plan, inits } = await planOf(url, path)
  const ssim: Map<string, number>[] = []
  for (const crf of [16, 36]) {
    const other = structuredClone(plan)
    for (const one of other.video!.renditions) one.settings.crf = crf
    const { results } = await encodeSpan({ plan: other, url, renditionIds: other.video!.renditions.map(({ id }) => id), from: 1, to: 2, workDir: folder })
    const encoded = results.map(({ renditionId, segments: [segment] }) => {
      const { path: file, offset, length } = segment!.bytes
      const joined = join(folder, `${renditionId}-${crf}.mp4`)
      writeFileSync(joined, Buffer.concat([inits.get(renditionId)!.bytes, readFileSync(file).subarray(offset, offset + length)]))
      return { rendition: plan.video!.renditions.find(({ id }) => id === renditionId)!, path: joined }
    })
    ssim.push(await compareQuality(tools, { plan, url, from: 1, to: 2, encoded }))
  }
  for (const { id } of plan.video!.renditions) {
    const [good, bad] = ssim.map((one) => one.get(id)!)
    assert.ok(good! > 0.98 && good! > bad! + 0.005, `${id}: ${good}, ${bad}`)
  }
})

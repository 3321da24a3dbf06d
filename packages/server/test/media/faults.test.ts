/** Sources that fail while they are read, and pictures that are not there: never a wrong segment. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { encodeVideoSpan, SpanMismatch } from '../../src/media/encode-span.ts'
import { makePoster } from '../../src/media/poster.ts'
import { MediaRunError } from '../../src/media/run.ts'
import { checkTools, MediaToolsMissing } from '../../src/media/tools.ts'
import { clip, makeClip } from '../fixtures/clips.ts'
import { openRangeServer, type RangeServer } from '../fixtures/range-server.ts'
import { encodeSpan, planOf, tools } from './encode-clip.ts'

let server: RangeServer
let workDir: string
before(async () => {
  server = await openRangeServer()
  workDir = mkdtempSync(join(tmpdir(), 'sluice-faults-'))
})
after(async () => {
  await server.close()
  rmSync(workDir, { recursive: true })
})

test('a source that drops midway is an error in every mode, and no URL is told', async () => {
  const path = makeClip({ seconds: 14, width: 640, height: 360 })
  const url = server.urlOf(path)
  const { plan } = await planOf(url, path)
  server.cutAfter(150_000)
  try {
    for (const mode of ['normal', 'fill'] as const) {
      const error = await encodeVideoSpan(tools, { plan, url, renditionIds: ['h264-240p'], from: 2, to: 4, workDir, mode }).then(() => undefined, (thrown: unknown) => thrown)
      assert.ok(error instanceof MediaRunError || error instanceof SpanMismatch, `${mode}: ${String(error)}`)
      assert.doesNotMatch(`${error.message}`, /secret|127\.0\.0\.1/)
    }
  } finally {
    server.cutAfter(undefined)
  }
})

test('pictures that can not be decoded are filled, to the frame', async () => {
  const path = makeClip({ seconds: 14, width: 640, height: 360, outputArgs: ['-movflags', '+faststart'] })
  const whole = server.urlOf(path)
  const { plan } = await planOf(whole, path)
  const bytes = readFileSync(path)
  // Garbage over the last 60 % of the file, then over all pictures; the index at its start stays.
  for (const [share, from] of [[0.4, 3], [0.05, 2]] as const) {
    bytes.fill(0x55, Math.floor(bytes.length * share))
    const damaged = join(workDir, `damaged-${share}.mp4`)
    writeFileSync(damaged, bytes)
    const { mode, results } = await encodeSpan({ plan, url: server.urlOf(damaged), renditionIds: ['h264-240p', 'h264-360p'], from, to: 5, workDir })
    assert.equal(mode, 'fill')
    for (const { segments } of results) assert.deepEqual(segments.map((segment) => segment.number), from === 3 ? [3, 4] : [2, 3, 4])
  }
})

test('a plan that the source does not fit is refused', async () => {
  const path = makeClip({ seconds: 6 })
  const url = server.urlOf(path)
  const { plan } = await planOf(url, path)
  const rendition = { ...plan.video!.renditions[0]!, parameterSetsSha256: '00' }
  const other = { ...plan, video: { ...plan.video!, renditions: [rendition] } }
  await assert.rejects(encodeVideoSpan(tools, { plan: other, url, renditionIds: [rendition.id], from: 0, to: 1, workDir, mode: 'normal' }), SpanMismatch)
})

test('an abort ends an encode', async () => {
  const path = makeClip({ seconds: 14, width: 640, height: 360 })
  const url = server.urlOf(path)
  const { plan } = await planOf(url, path)
  const abort = new AbortController()
  const run = encodeVideoSpan(tools, { plan, url, renditionIds: ['h264-360p'], from: 0, to: 4, workDir, mode: 'normal', signal: abort.signal })
  abort.abort()
  await assert.rejects(run, (error) => error instanceof MediaRunError && error.reason === 'aborted')
})

test('a poster is a JPEG of the right shape; sound has none', async () => {
  const path = makeClip({ seconds: 6, width: 640, height: 360 })
  const { plan } = await planOf(server.urlOf(path), path)
  const poster = await makePoster(tools, { plan, url: server.urlOf(path) })
  assert.deepEqual([...poster!.subarray(0, 3)], [0xff, 0xd8, 0xff])
  const sound = makeClip({ seconds: 2, audioOnly: true, extension: 'm4a' })
  const { plan: soundPlan } = await planOf(server.urlOf(sound), sound)
  assert.equal(await makePoster(tools, { plan: soundPlan, url: server.urlOf(sound) }), undefined)
})

for (const name of ['d_hdr10_pq_1080p_noaudio.mp4', 'd_iphone_like_hevc10_hlg_rot90.mov', 'x_corrupted_frames.mp4', 'r_iphone_dolbyvision_hlg_rot90_0.1s.MOV']) {
  test(`${name} has a poster`, { skip: !clip(name) }, async () => {
    const { plan } = await planOf(server.urlOf(clip(name)!), clip(name)!)
    assert.ok((await makePoster(tools, { plan, url: server.urlOf(clip(name)!) }))!.length > 1000)
  })
}

test('the tools are checked by using them', async () => {
  assert.match((await checkTools(tools)).x264Build, /^x264 \d+/)
  await assert.rejects(checkTools({ ...tools, ffmpeg: 'no-such-ffmpeg' }), MediaToolsMissing)
  await assert.rejects(checkTools({ ...tools, ffprobe: 'false' }), MediaToolsMissing)
})

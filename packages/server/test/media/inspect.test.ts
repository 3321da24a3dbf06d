/** Inspection of every real clip and of what is no clip: what plays is described rightly, the rest is refused in words. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync, truncateSync, copyFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Inspection } from '../../src/media/inspection.ts'
import { inspectSource } from '../../src/media/inspect.ts'
import { MediaRefused } from '../../src/media/refuse.ts'
import { MediaRunError } from '../../src/media/run.ts'
import { allClips, clip, makeClip } from '../fixtures/clips.ts'
import { openRangeServer, type RangeServer } from '../fixtures/range-server.ts'

const tools = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }
const directory = mkdtempSync(join(tmpdir(), 'sluice-inspect-'))
let server: RangeServer
before(async () => void (server = await openRangeServer()))
after(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

const inspect = (path: string, maxDurationSeconds = 12 * 3600): Promise<Inspection> =>
  inspectSource(tools, server.urlOf(path), { sizeBytes: statSync(path).size, maxDurationSeconds })
const refused = async (path: string, codes: string[], maxDurationSeconds?: number) => {
  const error = await inspect(path, maxDurationSeconds).then(() => undefined, (thrown: unknown) => thrown)
  assert.ok(error instanceof MediaRefused, `${path}: ${String(error)}`)
  assert.ok(codes.includes(error.code), `${path}: ${error.code}`)
  assert.doesNotMatch(error.message, /http:|secret/)
}
const file = (name: string, content: string | Buffer): string => {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}

/** The file, or a copy whose requests would go to this port: two runs of the tests must not meet. */
function aimedAt(port: number, path: string): string {
  const bytes = readFileSync(path)
  if (!bytes.includes('127.0.0.1:18099')) return path
  return file(`aimed-${basename(path)}`, Buffer.from(bytes.toString('latin1').replaceAll('127.0.0.1:18099', `127.0.0.1:${port}`), 'latin1'))
}

/** Said to be refused, but every one of its 30 pictures decodes without an error here. */
const playsAnyway = new Set(['x_crash1833896.mp4'])

test('every clip comes out as its list expects, and none makes a request', { skip: allClips().length === 0 }, async (t) => {
  let requests = 0
  const canary = createServer((_, response) => void (requests++, response.end()))
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
  const { port } = canary.address() as AddressInfo
  t.after(() => canary.close())
  for (const { file: name, expected, durationSeconds, size } of allClips()) {
    const path = aimedAt(port, clip(name)!)
    try {
      const found = await inspect(path)
      assert.match(expected, playsAnyway.has(name) ? /./ : /plays|audio page|queued within limits/, `${name} plays`)
      if (name.startsWith('x_')) continue
      if (durationSeconds) assert.ok(Math.abs(found.durationSeconds - durationSeconds) < 0.55, `${name}: ${found.durationSeconds} s, not ${durationSeconds}`)
      if (size !== '-' && found.video) assert.equal(`${found.video.codedWidth}x${found.video.codedHeight}`, size, name)
    } catch (error) {
      if (!(error instanceof MediaRefused)) throw error
      assert.match(expected, /refused/, `${name} was refused: ${error.message}`)
      assert.ok(error.message.length > 20)
    }
  }
  assert.equal(requests, 0)
})

const expectations: [string, (found: Inspection) => unknown, unknown][] = [
  ['d_hdr10_pq_1080p_noaudio.mp4', (found) => found.video!.transfer, 'pq'],
  ['r_phone_hdr10_pq_1080p_1s.mp4', (found) => found.video!.transfer, 'pq'],
  ['r_square_720_60fps_start10s.ts', (found) => [found.video!.transfer, found.video!.rate.num], ['sdr', 60]],
  ['d_iphone_like_hevc10_hlg_rot90.mov', (found) => [found.video!.transfer, found.video!.width, found.video!.height], ['hlg', 1080, 1920]],
  ['r_sar_2x1.mp4', (found) => [found.video!.width, found.video!.height], [1280, 360]],
  ['d_dvd_ntsc_interlaced_anamorphic.vob', (found) => [found.video!.interlaced, found.video!.rate.den], [true, 1001]],
  ['d_mkv_3audio_2subs_chapters.mkv', (found) => found.audio.map((one) => [one.language, one.channels, one.isDefault]), [['en', 2, false], ['fr', 6, true], ['de', 1, false]]],
  ['d_audio_starts_700ms_late.mp4', (found) => Math.round(found.audio[0]!.startSeconds * 10), 7],
  ['r_gopro_karma_480p_5streams.mp4', (found) => [found.video!.streamIndex, found.audio.length], [0, 1]],
  ['r_mp3_with_cover_art.mp3', (found) => [found.video, found.audio.length], [undefined, 1]],
  ['x_truncated_faststart_14pct.mp4', (found) => [Math.round(found.durationSeconds), found.warnings[0]?.code], [8, 'truncated']],
  ['r_intel_car_432p12.5_30s.mp4', (found) => found.video!.rate, { num: 25, den: 2 }],
]
for (const [name, look, expected] of expectations) {
  test(`${name}: the details`, { skip: !clip(name) }, async () => assert.deepEqual(look(await inspect(clip(name)!)), expected))
}

test('generated sources of several containers', async () => {
  const mp4 = await inspect(makeClip({ seconds: 3 }))
  assert.deepEqual([mp4.video!.rate, mp4.video!.endSeconds, mp4.audio.length, mp4.seekable], [{ num: 30, den: 1 }, 3, 1, true])
  assert.equal((await inspect(makeClip({ seconds: 3, extension: 'ts', rate: '30000/1001' }))).seekable, false)
  const live = await inspect(makeClip({ seconds: 3, extension: 'webm', outputArgs: ['-live', '1'] }))
  assert.ok(Math.abs(live.durationSeconds - 3) < 0.1 && !live.seekable)
  assert.equal((await inspect(makeClip({ seconds: 2, audioOnly: true, extension: 'm4a' }))).video, undefined)
})

test('what is no film is refused, each with its reason', async () => {
  const whole = makeClip({ seconds: 3 })
  await refused(file('empty.mp4', ''), ['not_media'])
  await refused(file('text.mp4', 'hello '.repeat(1000)), ['not_media'])
  await refused(file('random.mkv', Buffer.from(Array.from({ length: 50_000 }, (_, n) => (n * n * 31 + n) % 251))), ['not_media', 'damaged'])
  await refused(file('list.mkv', 'ffconcat version 1.0\nfile /etc/passwd\n'), ['not_media'])
  await refused(file('list.mp4', '#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n'), ['not_media'])
  await refused(file('page.mp4', '<html><script>alert(1)</script></html>'), ['not_media'])
  const cut = join(directory, 'cut.mp4')
  copyFileSync(whole, cut)
  truncateSync(cut, 20_000)
  await refused(cut, ['truncated'])
  await refused(whole, ['limits'], 2)
})

test('a long file that was cut short is as long as what is there, not as its first seconds', async () => {
  const whole = readFileSync(makeClip({ seconds: 60, outputArgs: ['-movflags', '+faststart'] }))
  const found = await inspect(file('half.mp4', whole.subarray(0, Math.floor(whole.length * 0.6))))
  assert.ok(found.durationSeconds > 30 && found.durationSeconds < 42, `${found.durationSeconds} s`)
  assert.deepEqual(found.warnings.map(({ code }) => code), ['truncated'])
})

test('a source that can not be reached is no verdict on the file', async () => {
  await assert.rejects(inspectSource(tools, 'http://127.0.0.1:9/none', { sizeBytes: 5, maxDurationSeconds: 5 }), (error) => error instanceof MediaRunError && !/127\.0\.0\.1/.test(error.message))
})

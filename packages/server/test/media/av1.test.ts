/** AV1 by the same grid and checks as H.264: one init segment for all spans, key frames where segments begin, every frame once. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { segmentAt, segmentCount } from '../../src/domain/grid.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { av1CrfFor, draftAv1, withTier } from '../../src/domain/tier.ts'
import { isKeyTemporalUnit } from '../../src/media/boxes/av1.ts'
import { readFragments } from '../../src/media/boxes/fragment.ts'
import { checkSpan, SpanMismatch } from '../../src/media/check-span.ts'
import { makeInits } from '../../src/media/init.ts'
import { sampleCodec } from '../../src/media/sample-codec.ts'
import { hasEncoder } from '../../src/media/tools.ts'
import { makeClip } from '../fixtures/clips.ts'
import { openRangeServer } from '../fixtures/range-server.ts'
import { decode, encodeSpan, planOf, tools } from './encode-clip.ts'

const skip = !(await hasEncoder(tools, 'av1').catch(() => false)) && 'this ffmpeg has no libsvtav1'

test('spans of AV1 fit one init segment and the grid', { skip, timeout: 800_000 }, async (t) => {
  const workDir = mkdtempSync(join(tmpdir(), 'sluice-av1-'))
  t.after(() => rmSync(workDir, { recursive: true, force: true }))
  const path = makeClip({ seconds: 9, width: 320, height: 180, rate: '30000/1001' })
  const server = await openRangeServer()
  t.after(() => server.close())
  const url = server.urlOf(path)
  const { plan: ladder } = await planOf(url, path)
  const drafts = draftAv1(ladder).slice(0, 1)
  const inits = await makeInits(tools, { ...ladder, video: { ...ladder.video!, renditions: drafts }, audio: [] })
  const { id } = drafts[0]!
  const init = inits.get(id)!
  assert.match(init.codecs, /^av01\.0\.\d\dM\.08$/)
  const renditions = drafts.map((one) => ({ ...one, codecs: init.codecs, parameterSetsSha256: init.parameterSetsSha256 }))
  const plan: Plan = withTier(ladder, { codec: 'av1', createdAt: 0, renditions, inits: {} })
  const { grid } = plan.video!
  const count = segmentCount(grid, 'video')
  const parts = [init.bytes]
  // The opening's half segments, one alone, and the rest: as mixed as they can come.
  for (const [from, to] of [[0, 2], [2, 3], [3, count]] as const) {
    const { mode, results } = await encodeSpan({ plan, url, renditionIds: [id], from, to, workDir })
    assert.equal(mode, 'normal')
    for (const { number, bytes } of results[0]!.segments) {
      const segment = readFileSync(bytes.path).subarray(bytes.offset, bytes.offset + bytes.length)
      const [fragment] = readFragments(segment)
      assert.equal(fragment!.samples.length, segmentAt(grid, 'video', number)!.frames)
      const sampleAt = (index: number) => fragment!.dataOffset + fragment!.samples.slice(0, index).reduce((sum, one) => sum + one.sizeBytes, 0)
      assert.ok(isKeyTemporalUnit(segment.subarray(sampleAt(0), sampleAt(1))))
      assert.ok(!isKeyTemporalUnit(segment.subarray(sampleAt(1), sampleAt(2))), 'the second frame is none')
      parts.push(segment)
    }
  }
  const whole = join(workDir, 'whole.mp4')
  writeFileSync(whole, Buffer.concat(parts))
  const { complaints, frames } = decode(whole)
  assert.equal(complaints.replace(/^.*(?:libdav1d|Svt).*$/gm, '').trim(), '')
  assert.deepEqual(frames.map(({ pts }) => pts), Array.from({ length: grid.frames }, (_, frame) => frame * grid.frameTicks))

  await t.test('samples tell what quality a CRF has', async () => {
    const at = async (crf: number) => {
      const sampled = renditions.map((one) => ({ ...one, settings: { ...one.settings, crf } }))
      return (await sampleCodec(tools, { plan, url, renditions: sampled, workDir })).get(id)!
    }
    const [fine, coarse] = [await at(25), await at(60)]
    assert.ok(fine > coarse && fine < 1 && coarse > 0.5, `${fine} against ${coarse}`)
    assert.ok(av1CrfFor(45, coarse) < av1CrfFor(45, fine))
  })

  await t.test('of other settings they are refused', async () => {
    const other = { ...renditions[0]!, parameterSetsSha256: '0'.repeat(64) }
    await assert.rejects(checkSpan(plan, other, join(workDir, `${id}-2-3.mp4`), 2, 3), SpanMismatch)
  })
})

test('what is no temporal unit is no key frame', () => {
  for (const bytes of [[], [0x12, 0x00], [0x80], [0x0a], [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff], [0x0a, 0x01, 0x00, 0x32], [0x0a, 0x01, 0x00, 0x32, 0x00]]) {
    assert.equal(isKeyTemporalUnit(Buffer.from(bytes)), false, bytes.join())
  }
  assert.equal(isKeyTemporalUnit(Buffer.from([0x0a, 0x01, 0x00, 0x32, 0x01, 0x10])), true)
  assert.equal(isKeyTemporalUnit(Buffer.from([0x0a, 0x01, 0x00, 0x32, 0x01, 0x30])), false, 'an inter frame')
})

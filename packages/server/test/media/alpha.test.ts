/** What is transparent in a source is black in every rendition, whatever colour hides there. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openRangeServer, type RangeServer } from '../fixtures/range-server.ts'
import { encodeSpan, planOf } from './encode-clip.ts'

const directory = mkdtempSync(join(tmpdir(), 'sluice-alpha-'))
let server: RangeServer
before(async () => void (server = await openRangeServer()))
after(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

// White, its left half transparent.
const half = "color=white:s=64x64:r=25:d=1,format=rgba,geq=r=255:g=255:b=255:a='255*gt(X,31)'"
for (const [name, args] of [
  ['prores.mov', ['-c:v', 'prores_ks', '-profile:v', '4444', '-pix_fmt', 'yuva444p10le']], ['animation.mov', ['-c:v', 'qtrle']],
  ['beside.webm', ['-c:v', 'libvpx-vp9', '-pix_fmt', 'yuva420p', '-auto-alt-ref', '0']], ['beside-vp8.webm', ['-c:v', 'libvpx', '-pix_fmt', 'yuva420p', '-auto-alt-ref', '0', '-b:v', '1M']],
  ['planar.mkv', ['-c:v', 'ffv1', '-pix_fmt', 'yuva420p']], ['loop.gif', ['-vf', 'split[a][b];[a]palettegen=reserve_transparent=1[p];[b][p]paletteuse=alpha_threshold=128']],
] as const) {
  test(`transparent is black: ${name}`, async () => {
    const path = join(directory, name)
    execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-f', 'lavfi', '-i', half, ...args, path])
    const { plan, inits } = await planOf(server.urlOf(path), path)
    const [id] = plan.video!.renditions.map((one) => one.id)
    const { mode, results } = await encodeSpan({ plan, url: server.urlOf(path), renditionIds: [id!], from: 0, to: 1, workDir: directory })
    assert.equal(mode, 'normal')
    const { path: made, offset, length } = results[0]!.segments[0]!.bytes
    const whole = join(directory, 'made.mp4')
    writeFileSync(whole, Buffer.concat([inits.get(id!)!.bytes, readFileSync(made).subarray(offset, offset + length)]))
    assert.ok(statSync(whole).size > 500)
    const { width, height } = plan.video!.renditions[0]!
    const picture = execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-i', whole, '-frames:v', '1', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'])
    const at = (share: number) => picture[Math.floor(height / 2) * width + Math.floor(width * share)]!
    assert.ok(at(0.2) < 24, `left ${at(0.2)}`)
    assert.ok(at(0.8) > 225, `right ${at(0.8)}`)
  })
}

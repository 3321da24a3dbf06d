/** No room on a disk: tasks wait for it, however long, and no video fails for it or is filled with still pictures. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { reconcileOnce } from '../../src/encode/reconcile/reconcile.ts'
import { encodeVideoSpan } from '../../src/media/encode-span.ts'
import { isOutOfSpace } from '../../src/media/out-of-space.ts'
import { MediaRunError } from '../../src/media/run.ts'
import { checkSpace } from '../../src/roles/check-space.ts'
import { makeClip } from '../fixtures/clips.ts'
import { openRangeServer } from '../fixtures/range-server.ts'
import { planOf, tools } from '../media/encode-clip.ts'
import { assertAllStored, inspectTask, openStage, runAll } from './stage.ts'

const noSpace = () => Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })

for (const [what, fault] of [
  ['ffmpeg has no room', () => new MediaRunError('ffmpeg', 'exit', 1, 'av_interleaved_write_frame(): No space left on device')],
  ['we have no room', noSpace],
  ['the store has no room', () => new DriverUnavailable('the objects directory failed: ENOSPC', { cause: noSpace() })],
] as const) {
  test(`${what}: waited out, and ready when there is`, { timeout: 60_000 }, async (t) => {
    const stage = await openStage({ seconds: 10 })
    t.after(() => stage.close())
    const id = await stage.addVideo()
    await stage.deps.queue.enqueue(inspectTask(id))
    let left = 25
    stage.room.before = (call) => {
      if (!call.startsWith('poster') && left-- > 0) throw fault()
    }
    for (let round = 0; round < 40 && (await stage.video(id)).state !== 'ready'; round++) {
      await runAll(stage)
      stage.advance(60_000)
      await reconcileOnce(stage.deps, async () => undefined, new AbortController().signal)
    }
    const { state, failedAttempts, warnings } = await stage.video(id)
    assert.deepEqual([state, failedAttempts, warnings], ['ready', undefined, []])
    assert.ok(!stage.room.calls.some((call) => call.startsWith('span') && call.endsWith('fill')))
    await assertAllStored(stage, await stage.plan(id))
  })
}

test('ffmpeg that really writes to a full disk is told from one that fails', { skip: process.platform !== 'linux', timeout: 60_000 }, async () => {
  const server = await openRangeServer()
  const workDir = mkdtempSync(join(tmpdir(), 'sluice-full-'))
  try {
    const path = makeClip({ seconds: 5 })
    const url = server.urlOf(path)
    const { plan } = await planOf(url, path)
    const id = plan.video!.renditions[0]!.id
    symlinkSync('/dev/full', join(workDir, `${id}-0-2.mp4`))
    const error = await encodeVideoSpan(tools, { plan, url, renditionIds: [id], from: 0, to: 2, workDir, mode: 'normal' }).then(() => undefined, (thrown: unknown) => thrown)
    assert.ok(isOutOfSpace(error), String(error))
  } finally {
    rmSync(workDir, { recursive: true })
    await server.close()
  }
})

test('readyz asks for room before there is none', async () => {
  await checkSpace(tmpdir(), 1)
  await assert.rejects(checkSpace(tmpdir(), 2 ** 60), /bytes are left/)
})

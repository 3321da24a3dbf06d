/** A viewer who seeks to the end of a long film right after its opening: made for him, picture and sound, while the bulk runs; and what follows it. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as wait } from 'node:timers/promises'
import { chunkOf, segmentAt, segmentCount } from '../../src/domain/grid.ts'
import { startRendition } from '../../src/encode/progress/listing.ts'
import { trackProgress } from '../../src/encode/progress/track-progress.ts'
import { startWorker } from '../../src/encode/worker/work.ts'
import { readChunk, readSlot } from '../../src/records/chunk.ts'
import { openHolds } from '../../src/stream/edge/hold.ts'
import { generateClip } from '../e2e/clips.ts'
import { inspectTask, openStage } from './stage.ts'

const filmSeconds = 400

/** Ten seconds, again and again: bytes are copied. */
function longFilm(folder: string): string {
  const [clip, film] = [generateClip(join(folder, 'clip.mp4'), { seconds: 10 }), join(folder, 'film.mp4')]
  const args = ['-hide_banner', '-loglevel', 'error', '-y', '-stream_loop', '-1', '-i', clip, '-t', String(filmSeconds), '-c', 'copy', '-movflags', '+faststart', film]
  execFileSync('ffmpeg', args, { stdio: ['ignore', 'ignore', 'inherit'] })
  return film
}

test('the end of a long film is made for the viewer who seeks there', { timeout: 600_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'sluice-seek-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const stage = await openStage({ clip: longFilm(folder) })
  t.after(() => stage.close())
  stage.deps.limits.preset = 'ultrafast'
  const { documents, queue, signals, log } = stage.deps
  const id = await stage.addVideo()
  const worker = startWorker({ ...stage.deps, progress: trackProgress(stage.deps) })
  t.after(() => worker.stop())
  // As a player does: longer than one hold, should the machine be busy.
  const holds = openHolds({ documents, queue, signals, log }, { holdMs: 60_000, pollMs: 500, requeueMs: 30_000 })
  t.after(() => holds.close())
  await queue.enqueue(inspectTask(id))
  for (; (await stage.video(id)).state === 'inspecting'; await wait(20));

  const plan = await stage.plan(id)
  const rendition = startRendition(plan)
  const { grid } = plan.video!
  const wanted = segmentCount(grid, 'video') - 4
  const sound = plan.audio[0]!
  const atSeconds = segmentAt(grid, 'video', wanted)!.startTicks / grid.timescale
  const soundWanted = Math.floor((atSeconds * sound.grid.timescale) / (sound.grid.segmentFrames * sound.grid.frameTicks))
  const slots = await Promise.all([holds.wait(plan, rendition, wanted, true), holds.wait(plan, sound.id, soundWanted, true)])
  assert.ok(slots.every((slot) => slot !== undefined))
  assert.notEqual((await stage.video(id)).state, 'ready', 'it was there already')
  const others = plan.video!.renditions.map((one) => one.id).filter((one) => one !== rendition)
  const chunk = await readChunk(documents, plan, rendition, chunkOf(grid, wanted))
  assert.ok(others.every((other) => !chunk?.slots[other]?.some((slot) => slot !== null)), 'it waited for its chunk')

  // Nobody asks for these: they were asked for ahead of him.
  for (const next of [wanted + 1, wanted + 2]) for (; !(await readSlot(documents, plan, rendition, next)); await wait(50));
})

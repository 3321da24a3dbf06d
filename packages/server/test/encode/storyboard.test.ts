/** Storyboards: made of stored key frames, one tile each, at the times that the index says, and kept by the sweep. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { newAttempt, parseEncodedKey, storyboardKey } from '../../src/domain/keys.ts'
import { sweepVideo } from '../../src/encode/reconcile/sweep.ts'
import { writeStoryboard } from '../../src/manifests/storyboard.ts'
import { updateVideo } from '../../src/records/video.ts'
import { samplePlan } from '../fixtures/sample-plan.ts'
import { makeClip } from '../fixtures/clips.ts'
import { encodedKeys, inspectTask, openStage, runAll } from './stage.ts'

test('a ready video gets one, of a tile a segment; the sweep keeps its sheets and takes a rival’s', async (t) => {
  const stage = await openStage({ seconds: 40 })
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const { storyboard, revision } = await stage.video(id)
  assert.equal(storyboard?.tileCount, 11)
  assert.deepEqual([storyboard.tileWidth, storyboard.tileHeight], [160, 90])
  const isSheet = (key: string) => parseEncodedKey(key)?.kind === 'storyboard'
  const sheets = (await encodedKeys(stage, id)).filter(isSheet)
  assert.deepEqual(sheets, [storyboardKey(id, revision!, storyboard.attempt, 0)])
  await stage.deps.objects.put('encoded', storyboardKey(id, revision!, newAttempt(), 0), Buffer.from('x'), { mediaType: 'image/jpeg' })
  assert.equal(await sweepVideo(stage.deps, id, { graceMinutes: 1440 }), 1)
  stage.advance(3 * 24 * 3600_000)
  await sweepVideo(stage.deps, id, { graceMinutes: 1440 })
  assert.deepEqual((await encodedKeys(stage, id)).filter(isSheet), sheets)
})

test('ffmpeg that gives fewer tiles than segments makes none; the video stays ready', async (t) => {
  const stage = await openStage({ seconds: 20 })
  t.after(() => stage.close())
  stage.room.makeStoryboard = async () => ({ sheets: [], tileCount: 1 })
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const video = await stage.video(id)
  assert.deepEqual([video.state, video.storyboard], ['ready', undefined])
})

test('of a deleted video nothing is stored', async (t) => {
  const stage = await openStage({ seconds: 20 })
  t.after(() => stage.close())
  const { makeStoryboard } = stage.room
  stage.room.makeStoryboard = async (options) => {
    await updateVideo(stage.deps.documents, id, (video) => ({ ...video, deletedAt: stage.deps.clock() }))
    return makeStoryboard(options)
  }
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  assert.equal((await encodedKeys(stage, id)).some((key) => parseEncodedKey(key)?.kind === 'storyboard'), false)
})

test('a real storyboard shows what the video shows at those times', async (t) => {
  // Gray that grows with time: 8 a second.
  const clip = makeClip({ seconds: 14, width: 320, height: 180, rate: '25', audioSeconds: 0, outputArgs: ['-vf', "scale=32:18,geq=lum='16+T*8':cb=128:cr=128,scale=320:180"] })
  const stage = await openStage({ clip, fastDue: true })
  t.after(() => stage.close())
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  const { storyboard, revision } = await stage.video(id)
  assert.equal(storyboard?.tileCount, 5)
  const directory = mkdtempSync(join(tmpdir(), 'sluice-storyboard-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'sheet.jpg')
  writeFileSync(path, await stage.deps.objects.get('encoded', storyboardKey(id, revision!, storyboard.attempt, 0)))
  const { tileWidth: width, tileHeight: height } = storyboard
  const gray = execFileSync('ffmpeg', ['-v', 'error', '-i', path, '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'])
  assert.equal(gray.length, width * 5 * height * 5)
  const index = writeStoryboard((await stage.plan(id)).video!.grid, storyboard)
  const cues = [...index.matchAll(/^00:00:(\d\d\.\d+) --> .*\n0\.jpg#xywh=(\d+),(\d+),160,90$/gm)]
  assert.deepEqual(cues.map((cue) => Number(cue[1])), [0, 2, 4, 8, 12])
  for (const [, start, x, y] of cues) {
    const middle = gray[(Number(y) + height / 2) * width * 5 + Number(x) + width / 2]!
    // JPEG is full range: 16…235 of the video becomes 0…255.
    const expected = (Number(start) * 8 * 255) / 219
    assert.ok(Math.abs(middle - expected) < 6, `${start}: ${middle}, not ${expected}`)
  }
})

test('the index of a long video goes over several sheets and ends where the video does', () => {
  const { grid } = samplePlan(3600).video!
  const index = writeStoryboard(grid, { attempt: 'attempt1', everySegments: 5, tileCount: 181, tileWidth: 160, tileHeight: 90, columns: 5, rows: 5 })
  assert.ok(index.startsWith('WEBVTT\n\n00:00:00.000 --> 00:00:'))
  assert.equal([...index.matchAll(/ --> /g)].length, 181)
  assert.match(index, /\n7\.jpg#xywh=0,90,160,90\n$/)
  assert.match(index, / --> 01:00:00\.\d+\n7\.jpg#xywh=0,90,160,90\n$/)
})

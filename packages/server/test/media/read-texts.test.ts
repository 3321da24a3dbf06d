/** Text subtitles and chapters of real containers, at the times of the picture; pictures to choose a poster from. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makePosterCandidates } from '../../src/media/poster-candidates.ts'
import { readTexts } from '../../src/media/read-texts.ts'
import { clip, makeClip } from '../fixtures/clips.ts'
import { openRangeServer, type RangeServer } from '../fixtures/range-server.ts'
import { samplePlan } from '../fixtures/sample-plan.ts'

const tools = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }
let server: RangeServer
let directory: string

before(async () => {
  server = await openRangeServer()
  directory = mkdtempSync(join(tmpdir(), 'sluice-texts-'))
})
after(async () => {
  await server.close()
  rmSync(directory, { recursive: true })
})

const read = (path: string, changes: { originSeconds?: number; isFromStart?: boolean } = {}) =>
  readTexts(tools, { url: server.urlOf(path), originSeconds: 0, isFromStart: false, durationSeconds: 6, workDir: mkdtempSync(join(directory, 'work-')), ...changes })

/** A clip with two texts and chapters; `offset` is where its time stamps begin. */
function withTexts(extension: 'mkv' | 'mp4', offset: number): string {
  const path = join(directory, `texts-${offset}.${extension}`)
  writeFileSync(join(directory, 'a.srt'), '1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i> <b>you\n\n2\n00:00:03,000 --> 00:00:04,000\n5 < 6\n')
  writeFileSync(join(directory, 'b.srt'), '1\n00:00:00,500 --> 00:00:01,000\nBonjour\n')
  writeFileSync(join(directory, 'meta'), ';FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=Start <1>\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=6000\n')
  const codec = extension === 'mkv' ? ['-c:s:0', 'srt', '-c:s:1', 'ass'] : ['-c:s', 'mov_text']
  execFileSync('ffmpeg', [
    '-v', 'error', '-y', '-i', makeClip({ seconds: 6 }), '-i', join(directory, 'a.srt'), '-i', join(directory, 'b.srt'), '-i', join(directory, 'meta'),
    '-map', '0', '-map', '1', '-map', '2', '-map_metadata', '3', '-map_chapters', '3', '-c', 'copy', ...codec,
    '-metadata:s:s:0', 'language=eng', '-metadata:s:s:1', 'language=fre', '-metadata:s:s:1', 'title=Pour tous', '-output_ts_offset', String(offset), path,
  ])
  return path
}

for (const extension of ['mkv', 'mp4'] as const) {
  test(`${extension}: texts with language and label, clean; chapters with titles`, async () => {
    const { texts, chapters, pictureSubtitles } = await read(withTexts(extension, 0))
    assert.deepEqual(texts.map(({ language }) => language), ['en', 'fr'])
    assert.equal(texts[0]!.label, 'English')
    if (extension === 'mkv') assert.equal(texts[1]!.label, 'Pour tous')
    // The sound's priming moves everything by a codec frame in Matroska, the picture too.
    const times = texts[0]!.cues.flatMap(({ startSeconds, endSeconds }) => [startSeconds, endSeconds])
    for (const [index, expected] of [1, 2.5, 3, 4].entries()) assert.ok(Math.abs(times[index]! - expected) < 0.03, String(times))
    assert.match(texts[0]!.cues[0]!.text, /^<i>Hello<\/i> <b>you<\/b>$/)
    assert.equal(texts[0]!.cues[1]!.text, '5 &lt; 6')
    assert.equal(texts[1]!.cues[0]!.text, 'Bonjour')
    assert.deepEqual(chapters, [{ startSeconds: 0, title: 'Start <1>' }, { startSeconds: 2, title: 'Chapter 2' }])
    assert.equal(pictureSubtitles, 0)
  })
}

test('time stamps that begin at ten seconds lose the origin, by it or by being counted from the start', async () => {
  const path = withTexts('mkv', 10)
  for (const changes of [{ originSeconds: 10 }, { isFromStart: true }]) {
    const { texts } = await read(path, changes)
    assert.ok(Math.abs(texts[0]!.cues[0]!.startSeconds - 1) < 0.03, `${texts[0]!.cues[0]!.startSeconds}`)
  }
})

test('no texts, no chapters', async () => {
  assert.deepEqual(await read(makeClip({ seconds: 6 })), { chapters: [], texts: [], pictureSubtitles: 0 })
})

const multi = clip('d_mkv_3audio_2subs_chapters.mkv')
test('a real film file: SubRip and ASS, chapters in UTF-8', { skip: !multi }, async () => {
  const { texts, chapters } = await read(multi!)
  assert.deepEqual(texts.map(({ language }) => language), ['en', 'fr'])
  assert.ok(texts.every(({ cues }) => cues.length > 0))
  assert.deepEqual(chapters, [{ startSeconds: 0, title: 'Bird' }, { startSeconds: 4, title: 'Flower 花' }])
})

test('posters to choose from: a few different JPEGs spread over the video; black places are left out', async () => {
  const seconds = 6
  const url = server.urlOf(makeClip({ seconds, width: 320, height: 180 }))
  const sample = samplePlan(seconds)
  const plan = { ...sample, video: { ...sample.video!, source: { ...sample.video!.source, codedWidth: 320, codedHeight: 180, width: 320, height: 180 } } }
  const found = await makePosterCandidates(tools, { plan, url })
  assert.ok(found.length >= 4, `${found.length}`)
  for (const { picture } of found) assert.deepEqual([...picture.subarray(0, 3), ...picture.subarray(-2)], [0xff, 0xd8, 0xff, 0xff, 0xd9])
  assert.equal(new Set(found.map(({ picture }) => picture.toString('latin1'))).size, found.length)
  const black = server.urlOf(makeClip({ seconds, width: 320, height: 180, outputArgs: ['-vf', "drawbox=t=fill:c=black:enable='gt(t,3)'"] }))
  const lit = await makePosterCandidates(tools, { plan, url: black })
  assert.ok(lit.length >= 1 && lit.every(({ atSeconds }) => atSeconds < 3.1), JSON.stringify(lit.map(({ atSeconds }) => atSeconds)))
})

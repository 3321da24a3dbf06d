/** Speech to text by a stand-in program: what it hears, what becomes of what it writes, and what a broken one does. */
import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { settings } from '../../src/config/settings.ts'
import { captionKey } from '../../src/domain/keys.ts'
import { makeClip } from '../fixtures/clips.ts'
import { inspectTask, openStage, runAll, type Stage } from './stage.ts'

/** A program in JavaScript that is given the sound file and the language. */
function standIn(t: TestContext, script: string): string[] {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-speech-'))
  t.after(() => rmSync(directory, { recursive: true }))
  const path = join(directory, 'listen.cjs')
  writeFileSync(path, `#!${process.execPath}\nconst [, , audio, language] = process.argv; const wave = require('fs').readFileSync(audio)\n${script}\n`)
  chmodSync(path, 0o755)
  return [path, '{audio}', '{language}']
}

async function encode(t: TestContext, command: string[], options: { clip?: string } = {}): Promise<{ stage: Stage; id: string }> {
  const stage = await openStage({ ...options, fastDue: true })
  t.after(() => stage.close())
  stage.deps.limits.transcribeCommand = command
  const id = await stage.addVideo()
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  return { stage, id }
}

test('the program hears the stored sound at 16 kHz, and its words become generated captions', async (t) => {
  const clip = makeClip({ seconds: 5, width: 160, height: 90, rate: '25' })
  const says = "const seconds = (wave.length - 44) / 32000; console.log(`1\\n00:00:00,500 --> 00:00:02,000\\n${wave.readUInt32LE(24)} Hz, ${Math.round(seconds)} s, ${language}`)"
  const { stage, id } = await encode(t, standIn(t, says), { clip })
  const { captions, transcribed } = await stage.video(id)
  assert.equal(transcribed, true)
  assert.deepEqual(captions?.map((one) => [one.id, one.kind]), [['und.generated', 'generated']])
  const text = Buffer.from(await stage.deps.objects.get('encoded', captionKey(id, captions[0]!.attempt))).toString()
  assert.equal(text, 'WEBVTT\n\n00:00:00.500 --> 00:00:02.000\n16000 Hz, 5 s, auto\n')
})

for (const [name, script] of [
  ['fails', 'process.exit(3)'],
  ['writes something else', 'console.log(JSON.stringify({ words: [] }))'],
  ['writes without end', "for (;;) require('fs').writeSync(1, 'x'.repeat(1e6))"],
] as const) {
  test(`a program that ${name} is given up, and the video stays ready`, async (t) => {
    const stage = await openStage()
    t.after(() => stage.close())
    stage.deps.limits.transcribeCommand = ['any']
    const { transcribe } = await import('../../src/media/transcribe.ts')
    const clip = makeClip({ seconds: 2, audioOnly: true, extension: 'm4a' })
    stage.room.transcribe = (options) => transcribe({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }, { ...options, path: clip, command: standIn(t, script) })
    const id = await stage.addVideo()
    await stage.deps.queue.enqueue(inspectTask(id))
    await runAll(stage)
    const { state, captions } = await stage.video(id)
    assert.deepEqual([state, captions ?? []], ['ready', []])
  })
}

test('none is made without a program, or where there is a text of that language', async (t) => {
  const without = await encode(t, [])
  assert.ok(!without.stage.room.calls.includes('transcribe'))
  const stage = await openStage()
  t.after(() => stage.close())
  stage.deps.limits.transcribeCommand = ['any']
  const id = await stage.addVideo({ captions: [{ id: 'en', kind: 'uploaded', language: 'en', label: 'English', attempt: 'attempt1', createdAt: 0 }] })
  await stage.deps.queue.enqueue(inspectTask(id))
  await runAll(stage)
  assert.ok(!stage.room.calls.includes('transcribe'))
  assert.equal((await stage.video(id)).transcribed, true)
})

test('the setting is a command by words', () => {
  const { parse } = settings.SLUICE_TRANSCRIBE_COMMAND
  assert.deepEqual(parse(''), [])
  assert.deepEqual(parse('/opt/whisper -f {audio} --model "large model"'), ['/opt/whisper', '-f', '{audio}', '--model', 'large model'])
  for (const wrong of ['whisper', 'whisper "{audio}', '{audio}']) assert.throws(() => parse(wrong), /not a program/)
})

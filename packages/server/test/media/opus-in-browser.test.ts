/** A browser plays Opus where it plays AAC: clicks keep their distance where one follows the other. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { chromium } from 'playwright-core'
import { findProgram } from '../../../../scripts/setup/programs.mjs'
import { openRangeServer } from '../fixtures/range-server.ts'
import { planOf } from './encode-clip.ts'
import { encodeTrack, soundAs, soundCodecNames } from './encode-track.ts'

const executablePath = findProgram('chromium')
/** A machine that is busy for a moment halts playback, and a click comes late. */
const triesMost = 4

test('AAC for four seconds, then Opus: no click moves', { timeout: 600_000, skip: !executablePath && 'no Chromium is installed' }, async (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-clicks-'))
  const path = join(directory, 'clicks.wav')
  // 0.2 s after every half second: none lies at a border.
  execFileSync('ffmpeg', ['-v', 'error', '-y', '-f', 'lavfi', '-i', "aevalsrc='if(lt(mod(t+0.3,0.5),0.02),0.8*sin(6283*mod(t+0.3,0.5)),0)':s=48000:d=9", '-ac', '2', path])
  const ranges = await openRangeServer()
  const { plan } = await planOf(ranges.urlOf(path), path)
  const files = new Map<string, Buffer>()
  for (const codec of soundCodecNames) {
    const { rendition, init } = soundAs(codec, plan)
    files.set(`/${codec}/init`, init)
    for (const { number, bytes } of await encodeTrack({ plan, rendition, url: ranges.urlOf(path) })) files.set(`/${codec}/${number}`, bytes)
  }
  const server = createServer((request, response) => void response.setHeader('content-type', 'text/html').end(files.get(request.url!) ?? '<p>clicks</p>'))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', '--mute-audio', '--autoplay-policy=no-user-gesture-required'] })
  t.after(async () => {
    await browser.close()
    server.closeAllConnections()
    server.close()
    await ranges.close()
    rmSync(directory, { recursive: true })
  })
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
  for (let tries = 1; ; tries++) {
    const clicks = await page.evaluate(hearClicks)
    const apart = clicks.slice(1).map((at, index) => at - clicks[index]!)
    if (clicks.length === 16 && apart.every((milliseconds) => Math.abs(milliseconds - 500) < 0.1)) return
    assert.ok(tries < triesMost, apart.map((milliseconds) => milliseconds.toFixed(2)).join(' '))
  }
})

/** Runs in the page: when clicks are heard, in milliseconds. */
async function hearClicks(): Promise<number[]> {
  const once = (target: EventTarget, type: string) => new Promise((resolve) => target.addEventListener(type, resolve, { once: true }))
  const video = document.createElement('video')
  const media = new MediaSource()
  video.src = URL.createObjectURL(media)
  await once(media, 'sourceopen')
  const sound = media.addSourceBuffer('audio/mp4; codecs="mp4a.40.2"')
  const append = async (path: string) => {
    sound.appendBuffer(await (await fetch(path)).arrayBuffer())
    await once(sound, 'updateend')
  }
  for (const path of ['/aac/init', '/aac/0']) await append(path)
  sound.changeType('audio/mp4; codecs="opus"')
  for (const path of ['/opus/init', '/opus/1']) await append(path)
  media.endOfStream()

  const context = new AudioContext({ sampleRate: 48_000 })
  const recorder = 'registerProcessor("recorder", class extends AudioWorkletProcessor { process([input]) { this.port.postMessage(input[0]?.slice() ?? new Float32Array(128)); return true } })'
  await context.audioWorklet.addModule(URL.createObjectURL(new Blob([recorder], { type: 'text/javascript' })))
  const node = new AudioWorkletNode(context, 'recorder')
  const heard: Float32Array[] = []
  node.port.onmessage = ({ data }) => heard.push(data as Float32Array)
  context.createMediaElementSource(video).connect(node).connect(context.destination)
  await context.resume()
  await video.play()
  await once(video, 'ended')
  await new Promise((resolve) => setTimeout(resolve, 300))
  await context.close()
  const samples = heard.flatMap((part) => [...part])
  const clicks: number[] = []
  for (let at = 0; at < samples.length; at++) {
    if (Math.abs(samples[at]!) <= 0.2) continue
    clicks.push(at / 48)
    at += 9600
  }
  return clicks
}

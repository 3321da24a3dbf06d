/** Files made to harm are refused with a code, without a request, in bounded time and memory (docs/encoding.md). */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { endedChildrenSeconds } from '../../src/base/processor-time.ts'
import { inspectSource } from '../../src/media/inspect.ts'
import { NotSeekable } from '../../src/media/make-seekable.ts'
import { MediaRefused } from '../../src/media/refuse.ts'
import { openRangeServer, type RangeServer } from '../fixtures/range-server.ts'
import { bombs } from './bombs.ts'
import { hostileFiles, lyingFiles } from './hostile-files.ts'

const tools = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }
const scratch = mkdtempSync(join(tmpdir(), 'sluice-hostile-'))
/** On a machine that does something else as well; alone it is a second. */
const mostSeconds = 60
/** Of processor time, of all runs together: as openingBounds, which every one of them has, it grows with the bytes that are there. */
const mostCpuSeconds = (sizeBytes: number) => 5 + (4 * sizeBytes) / 20e6
const mostResidentBytes = 200 * 2 ** 20
let server: RangeServer
let canary: Server
let canaryUrl: string
let canaryRequests = 0

before(async () => {
  server = await openRangeServer()
  canary = createServer((_, response) => void (canaryRequests++, response.end()))
  await new Promise<void>((resolve) => canary.listen(0, '127.0.0.1', resolve))
  canaryUrl = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/secret.mp4`
})
after(async () => {
  await server.close()
  canary.close()
  rmSync(scratch, { recursive: true })
})

/** As the encoder does: what can't be sought in is copied next, which is as good as opened. */
async function inspect(path: string) {
  try {
    return await inspectSource(tools, server.urlOf(path), { sizeBytes: statSync(path).size, maxDurationSeconds: 12 * 3600, mustSeek: true })
  } catch (error) {
    if (!(error instanceof NotSeekable)) throw error
    return inspectSource(tools, server.urlOf(path), { sizeBytes: statSync(path).size, maxDurationSeconds: 12 * 3600 })
  }
}

/** The most memory that a program started by this process held at once, by looking often; 0 where /proc is not there. */
async function peakOfChildren<T>(work: Promise<T>): Promise<{ outcome: PromiseSettledResult<T>; residentBytes: number; cpuSeconds: number }> {
  let residentBytes = 0
  const before = cpuOfChildren()
  const timer = setInterval(() => (residentBytes = Math.max(residentBytes, ...residentOf(process.pid))), 15)
  const [outcome] = await Promise.allSettled([work])
  clearInterval(timer)
  return { outcome: outcome!, residentBytes, cpuSeconds: cpuOfChildren() - before }
}

/** 0 where /proc is not there. */
function cpuOfChildren(): number {
  try {
    return endedChildrenSeconds(process.pid)
  } catch {
    return 0
  }
}

function residentOf(parent: number): number[] {
  try {
    return readdirSync(`/proc/${parent}/task`).flatMap((task) => readFileSync(`/proc/${parent}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).flatMap((child) => {
      const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8'))
      return [Number(peak?.[1] ?? 0) * 1024, ...residentOf(Number(child))]
    }))
  } catch {
    return []
  }
}

for (const { name, codes, bytes } of hostileFiles) {
  test(`refused: ${name}`, { timeout: 300_000 }, async (t) => {
    const path = join(scratch, name)
    writeFileSync(path, bytes(canaryUrl, scratch))
    const { size } = statSync(path)
    const startedAtMs = performance.now()
    const { outcome, residentBytes, cpuSeconds } = await peakOfChildren(inspect(path))
    const seconds = (performance.now() - startedAtMs) / 1000
    t.diagnostic(`${seconds.toFixed(1)} s, ${(residentBytes / 2 ** 20).toFixed(0)} MB`)
    assert.equal(outcome.status, 'rejected')
    const { reason } = outcome as PromiseRejectedResult
    assert.ok(reason instanceof MediaRefused, String(reason))
    assert.ok(codes.includes(reason.code), reason.code)
    assert.doesNotMatch(reason.message, /http:|root:/)
    assert.ok(seconds < mostSeconds, `${seconds} s`)
    assert.ok(residentBytes < mostResidentBytes, `${residentBytes} bytes`)
    assert.ok(cpuSeconds < mostCpuSeconds(size), `${cpuSeconds} s of a processor`)
    assert.equal(canaryRequests, 0)
  })
}

for (const { name, outcome: expected, bytes } of bombs) {
  test(`costs little: ${name}`, { timeout: 300_000 }, async (t) => {
    const path = join(scratch, name)
    writeFileSync(path, bytes())
    const { size } = statSync(path)
    const { outcome, residentBytes, cpuSeconds } = await peakOfChildren(inspect(path))
    rmSync(path)
    t.diagnostic(`${cpuSeconds.toFixed(1)} s of a processor, ${(residentBytes / 2 ** 20).toFixed(0)} MB`)
    assert.ok(outcome.status === 'fulfilled' || outcome.reason instanceof MediaRefused, String(outcome.status === 'rejected' && outcome.reason))
    const came = outcome.status === 'fulfilled' ? 'plays' : (outcome.reason as MediaRefused).code
    assert.ok(expected.includes(came), came)
    assert.ok(cpuSeconds < mostCpuSeconds(size), `${cpuSeconds} s of a processor`)
    assert.ok(residentBytes < mostResidentBytes, `${residentBytes} bytes`)
  })
}

for (const { name, bytes, mostSeconds: most } of lyingFiles) {
  test(`plays what is there: ${name}`, async () => {
    const path = join(scratch, name)
    writeFileSync(path, bytes())
    const found = await inspect(path)
    assert.ok(found.durationSeconds <= most, `${found.durationSeconds} s`)
  })
}

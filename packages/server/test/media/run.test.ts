/** The one spawner: limits that end a run, and words without URLs. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { MediaRunError, runTool, type RunFailure } from '../../src/media/run.ts'

const shell = (script: string, options: Partial<Parameters<typeof runTool>[0]> = {}) =>
  runTool({ program: '/bin/sh', args: ['-c', script], timeoutSeconds: 60, ...options })
const failsWith = async (run: Promise<unknown>, reason: RunFailure) => {
  const error = await run.then(() => undefined, (thrown: unknown) => thrown)
  assert.ok(error instanceof MediaRunError, String(error))
  assert.equal(error.reason, reason)
  return error
}
const standStill = () => runTool({ program: 'ffmpeg', args: ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'nullsrc,realtime=speed=0.01', '-f', 'null', '-'], timeoutSeconds: 60, stallSeconds: 1 })
const endlessFilm = ['-v', 'error', '-nostdin', '-re', '-f', 'lavfi', '-i', 'testsrc', '-f', 'null', '-']

test('collects what is written, and what went wrong without its URL', async () => {
  assert.equal((await shell('echo hello; echo aside >&2', { stdout: 'collect' })).stdout.toString(), 'hello\n')
  const error = await failsWith(shell("echo 'http://store/key?X-Sig=secret: no; https://a/b?c=d' >&2; exit 3"), 'exit')
  assert.equal(error.exitCode, 3)
  assert.doesNotMatch(`${error.message}${error.stderrTail}`, /secret|store|c=d/)
})

test('a program that is not there is told from one that fails', async () => {
  await failsWith(runTool({ program: 'no-such-program-here', args: [], timeoutSeconds: 5 }), 'spawn')
  await failsWith(runTool({ program: 'no-such-program-here', args: [], timeoutSeconds: 5, nice: 19, maxMemoryBytes: 2 ** 30 }), 'spawn')
})

test('time, an abort and too much output end the process itself', async () => {
  const mark = join(tmpdir(), `sluice-run-${process.pid}`)
  const endless = `trap '' TERM; echo $$ > ${mark}; while :; do sleep 0.05; done`
  await failsWith(shell(endless, { timeoutSeconds: 0.3 }), 'timeout')
  const pid = readFileSync(mark, 'utf8').trim()
  assert.ok(!existsSync(`/proc/${pid}`) || process.platform !== 'linux')
  rmSync(mark)
  const abort = new AbortController()
  const aborted = failsWith(shell('sleep 60', { signal: abort.signal }), 'aborted')
  abort.abort()
  await aborted
  await failsWith(shell('sleep 60', { signal: abort.signal }), 'aborted')
  await failsWith(shell('yes', { stdout: 'collect', maxStdoutBytes: 1000 }), 'limit')
})

test('a consumer is waited for, and ends the run by throwing', async () => {
  let held = 0
  let most = 0
  await shell('head -c 300000 /dev/zero', {
    stdout: async () => {
      most = Math.max(most, ++held)
      await new Promise((resolve) => setTimeout(resolve, 2))
      held--
    },
  })
  assert.equal(most, 1)
  const error = await failsWith(shell('yes', { stdout: () => { throw new Error('full') } }), 'consumer')
  assert.equal((error.cause as Error).message, 'full')
})

test('an ffmpeg that stands still is ended, one that moves on reports it', async () => {
  await failsWith(standStill(), 'stalled')
  const abort = new AbortController()
  const seen: number[] = []
  await failsWith(
    runTool({ program: 'ffmpeg', args: endlessFilm, timeoutSeconds: 60, stallSeconds: 30, signal: abort.signal, onProgress: (seconds) => {
      seen.push(seconds)
      if (seconds > 0.5) abort.abort()
    } }),
    'aborted',
  )
  assert.ok(seen.length > 0)
})

test('bulk work is nice, and memory is bounded', { skip: process.platform !== 'linux' }, async () => {
  assert.equal((await runTool({ program: 'nice', args: [], nice: 19, timeoutSeconds: 10, stdout: 'collect' })).stdout.toString().trim(), '19')
  const limited = await shell('ulimit -v', { maxMemoryBytes: 2 ** 30, stdout: 'collect' })
  assert.equal(limited.stdout.toString().trim(), String(2 ** 20))
})

const hasAutogroups = existsSync('/proc/self/autogroup')
test('a nice run is nice as a session too', { skip: !hasAutogroups && 'no autogrouping here' }, async () => {
  const { stdout } = await shell('cat /proc/self/autogroup', { nice: 19, stdout: 'collect' })
  assert.match(stdout.toString(), /nice 19$/m)
  const usual = await shell('cat /proc/self/autogroup', { stdout: 'collect' })
  assert.match(usual.stdout.toString(), /nice 0$/m)
})

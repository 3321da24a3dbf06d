/** A run that hangs is seen by its lack of progress and ended, in whatever way it hangs. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { inputLimits } from '../../src/media/limits.ts'
import { MediaRunError, runTool, type RunOptions } from '../../src/media/run.ts'

const directory = mkdtempSync(join(tmpdir(), 'sluice-watchdog-'))
after(() => rmSync(directory, { recursive: true, force: true }))
const mark = join(directory, 'pid')

/** A program that notes its pid and then does what the script says; ffmpeg's arguments are in "$@". */
function program(name: string, script: string): string {
  const path = join(directory, name)
  writeFileSync(path, `#!/bin/sh\necho $$ > ${mark}\n${script}\n`)
  chmodSync(path, 0o755)
  return path
}

const isGone = (pid: number): boolean => !existsSync(`/proc/${pid}/exe`) && process.platform === 'linux'
const film = ['-nostdin', '-v', 'error', '-re', '-f', 'lavfi', '-i', 'testsrc=size=64x64', '-f', 'null', '-']

async function endsStalled(options: Partial<RunOptions> & { program: string }): Promise<void> {
  rmSync(mark, { force: true })
  const error = await runTool({ args: [], timeoutSeconds: 120, stallSeconds: 1.5, ...options }).then(() => undefined, (thrown: unknown) => thrown)
  assert.ok(error instanceof MediaRunError, String(error))
  assert.equal(error.reason, 'stalled')
  if (existsSync(mark)) assert.ok(isGone(Number(readFileSync(mark, 'utf8'))), 'it was left behind')
}

test('a process that was stopped (SIGSTOP) is ended', { skip: process.platform !== 'linux' }, async () => {
  let stopped = false
  await endsStalled({
    program: program('ffmpeg', 'exec ffmpeg "$@"'),
    args: film,
    onProgress: (seconds) => {
      if (stopped || seconds < 0.2) return
      stopped = true
      process.kill(Number(readFileSync(mark, 'utf8')), 'SIGSTOP')
    },
  })
  assert.ok(stopped)
})

test('one that ignores SIGTERM is ended', async () => {
  await endsStalled({ program: program('deaf', `trap '' TERM\nwhile :; do sleep 0.05; done`) })
})

test('one that talks, repeats its counters or counts down has no progress', async () => {
  await endsStalled({ program: program('talks', 'while :; do echo error >&2; sleep 0.05; done') })
  await endsStalled({ program: program('repeats', 'while :; do printf "frame=7\\nout_time_us=280000\\nprogress=continue\\n" >&3; sleep 0.05; done') })
  await endsStalled({ program: program('down', 'i=9000; while :; do i=$((i-1)); printf "frame=$i\\nprogress=continue\\n" >&3; sleep 0.05; done') })
})

test('one that only waits for a processor is starved, not hung', { skip: process.platform !== 'linux' }, async () => {
  // Four loops on one processor: three of them wait at any time.
  const crowd = program('crowd', `taskset -cp 0 $$ > /dev/null\nfor i in 1 2 3 4; do (while :; do :; done) & done\nwait`)
  const started = performance.now()
  const error = await runTool({ program: crowd, args: [], timeoutSeconds: 2, stallSeconds: 1 }).catch((thrown: unknown) => thrown)
  assert.ok(error instanceof MediaRunError, String(error))
  assert.equal(error.reason, 'timeout')
  assert.ok(performance.now() - started > 7500, 'it was given its time four times')
})

test('one that gets on slowly is let be', async () => {
  const slow = program('slow', 'for i in 1 2 3 4 5 6; do printf "frame=$i\\nprogress=continue\\n" >&3; sleep 0.5; done')
  await runTool({ program: slow, args: [], timeoutSeconds: 120, stallSeconds: 1.5 })
})

/** Serves the head of a film and then nothing more, or a byte now and then. */
let server: Server
let address = ''
const path = join(directory, 'film.mp4')
before(async () => {
  await runTool({
    program: 'ffmpeg',
    args: ['-nostdin', '-v', 'error', '-y', '-f', 'lavfi', '-i', 'testsrc=size=320x240:duration=4', '-preset', 'ultrafast', '-movflags', '+faststart', '-f', 'mp4', path],
    timeoutSeconds: 60,
  })
  const bytes = readFileSync(path)
  server = createServer((request, response) => {
    const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
    response.writeHead(206, { 'content-length': bytes.length - start, 'content-range': `bytes ${start}-${bytes.length - 1}/${bytes.length}`, 'accept-ranges': 'bytes' })
    const half = Math.floor(bytes.length / 2)
    let sent = Math.max(start, half)
    response.write(bytes.subarray(start, sent))
    if (request.url !== '/trickle') return
    const timer = setInterval(() => response.write(bytes.subarray(sent, ++sent)), 200)
    response.on('close', () => clearInterval(timer))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => {
  server.closeAllConnections()
  server.close()
})

for (const way of ['silent', 'trickle']) {
  test(`a source that stalls in the middle (${way}) ends the run`, async () => {
    const url = `${address}/${way}`
    await endsStalled({ program: 'ffmpeg', args: ['-nostdin', '-v', 'error', ...inputLimits(url), '-i', url, '-f', 'null', '-'] })
  })
}

/** What a run may use and what it may see: limits everywhere, a sandbox where the system offers one. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { findSandbox } from '../../src/media/find-sandbox.ts'
import { MediaRunError, runTool, type RunOptions } from '../../src/media/run.ts'
import { sandboxArgs, type Sandbox } from '../../src/media/sandbox.ts'

const directory = mkdtempSync(join(tmpdir(), 'sluice-sandbox-'))
const workRoot = join(directory, 'work')
const data = join(directory, 'data')
const isLinux = process.platform === 'linux'
let sandbox: Sandbox | undefined
before(async () => {
  mkdirSync(join(workRoot, 'task-a'), { recursive: true })
  mkdirSync(join(workRoot, 'task-b'))
  mkdirSync(data)
  writeFileSync(join(data, 'secret'), 'x')
  sandbox = (await findSandbox({ ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }, { workRoot, hidden: [data], devices: [] })).sandbox
})
after(() => rmSync(directory, { recursive: true, force: true }))

const shell = async (script: string, options: Partial<RunOptions> = {}) =>
  (await runTool({ program: '/bin/sh', args: ['-c', script, 'sh', join(workRoot, 'task-a', 'out')], timeoutSeconds: 30, stdout: 'collect', ...options })).stdout.toString().trim()
const fails = (run: Promise<unknown>) => assert.rejects(run, (error) => error instanceof MediaRunError && error.reason === 'exit')

test('memory, time, files, their size and core dumps are limited; more privileges are out of reach', { skip: !isLinux }, async () => {
  const said = await shell('ulimit -v; ulimit -c; ulimit -n; ulimit -f; cat /proc/self/oom_score_adj; grep NoNewPrivs /proc/self/status', { maxMemoryBytes: 2 ** 30, maxFileBytes: 2 ** 20 })
  assert.deepEqual(said.split('\n'), ['1048576', '0', '256', '2048', '600', 'NoNewPrivs:\t1'])
  assert.equal(await shell('cat /proc/self/oom_score_adj', { nice: 19 }), '900')
  assert.ok(Number(await shell('ulimit -t')) >= 90)
  await fails(shell('head -c 2000000 /dev/zero > "$1"', { maxFileBytes: 2 ** 20 }))
})

test('secrets of the environment stay out of reach, but for a program of the owner', async () => {
  process.env['SLUICE_TEST_SECRET'] = 'hush'
  assert.equal(await shell('env | grep -c -e hush -e HOME || true'), '0')
  assert.equal(await shell('echo $SLUICE_TEST_SECRET', { isOwnersProgram: true }), 'hush')
  delete process.env['SLUICE_TEST_SECRET']
})

test('in the sandbox only the directory of its own task is there and can be written to', async (t) => {
  if (!sandbox) return t.skip('no sandbox here')
  await shell('echo made > "$1"', { sandbox })
  assert.equal(readFileSync(join(workRoot, 'task-a', 'out'), 'utf8'), 'made\n')
  for (const path of [data, join(workRoot, 'task-b'), '/home', '/root', '/proc/1', '/etc/passwd']) await fails(shell(`ls ${path}`, { sandbox }))
  for (const path of ['/usr/x', '/etc/x', '/tmp/x', '/x', join(workRoot, 'task-b', 'x')]) await fails(shell(`(echo x > ${path}) 2>/dev/null`, { sandbox }))
  assert.equal(await shell('test $$ -lt 10 && echo own processes', { sandbox }), 'own processes')
  await fails(shell(`kill -0 ${process.pid}`, { sandbox }))
})

test('a data directory below what is shown is hidden', () => {
  const args = sandboxArgs({ program: 'bwrap', options: [], toolDirectories: [], workRoot: '/w', hidden: ['/usr/local/sluice/data', '/srv/data'], devices: [] }, ['ffmpeg', '-i', 'x'])
  assert.ok(args.join(' ').includes('--tmpfs /usr/local/sluice/data'))
  assert.ok(!args.join(' ').includes('/srv'))
})

test('ffmpeg works in it, is watched and ended, and nothing of it stays', async (t) => {
  if (!sandbox) return t.skip('no sandbox here')
  const path = join(workRoot, 'task-b', 'clip.mp4')
  const made = ['-nostdin', '-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=64x64:duration=1', '-c:v', 'libx264', '-preset', 'ultrafast', path]
  let seconds = 0
  await runTool({ program: 'ffmpeg', args: made, timeoutSeconds: 60, stallSeconds: 30, sandbox, onProgress: (now) => (seconds = now) })
  assert.ok(seconds > 0.5 && readFileSync(path).length > 500)
  const name = `sleeper-${process.pid}`
  const program = join(workRoot, 'task-a', name)
  writeFileSync(program, `#!/bin/sh\ntrap '' TERM\nwhile :; do sleep 0.1; done\n`)
  chmodSync(program, 0o755)
  await assert.rejects(runTool({ program, args: [], timeoutSeconds: 1, sandbox }), (error) => error instanceof MediaRunError && error.reason === 'timeout')
  assert.equal(await shell(`ps -e -o args | grep -c "[s]leeper-${process.pid}" || true`), '0')
})

test('why there is none is said', async () => {
  const found = await findSandbox({ ffmpeg: '/no/ffmpeg', ffprobe: '/no/ffprobe' }, { workRoot, hidden: [], devices: [] })
  assert.equal(found.sandbox, undefined)
  assert.match((found as { reason: string }).reason, isLinux ? /not installed|does not work here/ : /none for/)
})

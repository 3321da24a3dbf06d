/** How long does the second `npm start` take until it listens? */
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../packages/server/test/e2e/free-port.ts'
import { descendantsOf } from '../../scripts/test/descendants.ts'
import { interleave } from '../measure/rounds.ts'
import type { Question } from '../question.ts'

const limitMs = 60_000

export const question: Question = {
  name: 'start-up',
  question: 'Start-up: the second npm start',
  method:
    'From `npm start` to the first answer of /readyz, with everything installed and built and a data directory from an earlier run; ' +
    'beside it the server alone, without npm and the look at what is missing.',
  rounds: 5,
  async ask({ rounds, folder, say }) {
    const start = (program: string, args: string[], port: number) => () => secondsUntilReady(program, args, port, folder)
    const viaNpm = start('npm', ['start'], await freePort())
    const alone = start(process.execPath, ['packages/cli/bin/sluice.mjs', 'serve'], await freePort())
    await viaNpm()
    const rows = await interleave([{ name: 'npm start', sample: viaNpm }, { name: 'sluice serve', sample: alone }], rounds, say)
    return [{ title: 'Until it is ready', unit: 's', better: 'lower', rows }]
  },
}

async function secondsUntilReady(program: string, args: string[], port: number, folder: string): Promise<number> {
  const env = { ...process.env, SLUICE_HTTP_PORT: String(port), SLUICE_HTTP_HOST: '127.0.0.1', SLUICE_DATA_DIR: join(folder, 'data'), SLUICE_LOG_LEVEL: 'error' }
  const started = performance.now()
  const child = spawn(program, args, { cwd: resolve(import.meta.dirname, '../..'), env, stdio: ['ignore', 'ignore', 'pipe'] })
  let output = ''
  child.stderr.on('data', (data) => (output += data))
  const ended = new Promise<void>((settle) => child.once('close', () => settle()))
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null || performance.now() - started > limitMs) throw new Error(`it did not start:\n${output}`)
      await wait(10)
    }
    return (performance.now() - started) / 1000
  } finally {
    // npm passes the signal on or not, by version: whatever is below it is asked to end.
    for (const { pid } of [...descendantsOf(child.pid!), { pid: child.pid! }]) {
      try {
        process.kill(pid, 'SIGTERM')
      } catch {
        // It ended with the one before it.
      }
    }
    await ended
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`)
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

/** The typecheck of the whole repository, as one test. */
import { spawn } from 'node:child_process'
import type { Job } from './jobs.ts'
import type { JobResult } from './tally.ts'

/** Never rejects. */
export function typecheck(job: Job): Promise<JobResult> {
  const started = Date.now()
  const child = spawn(process.execPath, ['node_modules/typescript/bin/tsc', '--noEmit', '--pretty', 'false', '-p', '.'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: job.limitSeconds * 1000,
  })
  let output = ''
  child.stdout.on('data', (data) => (output += data))
  child.stderr.on('data', (data) => (output += data))
  return new Promise((resolve) => {
    const settle = (message?: string) =>
      resolve({
        name: job.name,
        passed: message === undefined ? 1 : 0,
        skipped: [],
        failed: message === undefined ? [] : [{ name: 'tsc --noEmit', message }],
        output: '',
        seconds: (Date.now() - started) / 1000,
      })
    child.once('error', (error) => settle(error.message))
    child.once('close', (code, signal) => settle(code === 0 ? undefined : `${output.trim()}\n(tsc ended with ${signal ?? `code ${code}`})`))
  })
}

/** What `npm test` prints: a line per finished file, what runs now, and at the end every failure with its details. */
import type { Job } from './jobs.ts'
import type { JobResult } from './tally.ts'

export type Progress = {
  began(job: Job): void
  ended(job: Job, result: JobResult): void
  /** Prints failures, skips and the last line; true when nothing failed. */
  finish(results: JobResult[]): boolean
}

const stillRunningEveryMs = 30_000

export function openProgress(total: number): Progress {
  const running = new Map<string, number>()
  const terminal = process.stdout.isTTY === true
  let done = 0
  let passed = 0
  let failed = 0

  const status = (): string =>
    [...running].map(([name, since]) => `${name} (${Math.round((Date.now() - since) / 1000)} s)`).join(', ')
  const clear = (): void => void (terminal && process.stdout.write('\r\x1b[K'))
  const draw = (): void => {
    if (terminal) process.stdout.write(`\r\x1b[K${done}/${total} files, ${passed} passed, ${failed} failed · ${status()}`.slice(0, process.stdout.columns ?? 140))
  }
  const ticker = terminal
    ? setInterval(draw, 1000)
    : setInterval(() => running.size > 0 && console.log(`${' '.repeat(9)}… running: ${status()}`), stillRunningEveryMs)

  return {
    began(job) {
      running.set(job.name, Date.now())
      draw()
    },
    ended(job, result) {
      running.delete(job.name)
      done++
      passed += result.passed
      failed += result.failed.length
      clear()
      const counter = `[${String(done).padStart(String(total).length)}/${total}]`
      console.log(`${counter} ${result.failed.length > 0 ? 'FAILED' : 'ok    '} ${job.name} · ${summary(result)} · ${result.seconds.toFixed(1)} s`)
      draw()
    },
    finish(results) {
      clearInterval(ticker)
      clear()
      const skipped = results.flatMap((result) => result.skipped.map((skip) => ({ ...skip, file: result.name })))
      if (skipped.length > 0) console.log('\nSkipped:')
      for (const { file, name, reason } of skipped) console.log(`  ${file}: ${name}${reason ? ` (${reason})` : ''}`)
      for (const result of results.filter(({ failed }) => failed.length > 0)) printFailures(result)
      console.log(`\n${passed} passed, ${failed} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`)
      return failed === 0
    },
  }
}

function summary(result: JobResult): string {
  const parts = [`${result.passed} passed`]
  if (result.failed.length > 0) parts.push(`${result.failed.length} failed`)
  if (result.skipped.length > 0) parts.push(`${result.skipped.length} skipped`)
  return parts.join(', ')
}

function printFailures(result: JobResult): void {
  for (const { name, message } of result.failed) {
    console.log(`\nFAILED ${result.name}${name ? ` · ${name}` : ''}`)
    console.log(message.replace(/^/gm, '    '))
  }
  if (result.output.trim()) console.log(`\n  printed by ${result.name}:\n${result.output.trimEnd().replace(/^/gm, '    | ')}`)
}

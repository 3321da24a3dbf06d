/** What setup tells the person at the terminal, and how a step runs. */
import { spawnSync } from 'node:child_process'

/** Setup can't go on; the message says what to do. */
export class SetupFailed extends Error {
  name = 'SetupFailed'
}

/** One line for a step. */
export const say = (line) => console.log(`setup: ${line}`)

/** Lines for a person, on standard error. */
export const explain = (text) => console.error(`\n${text.trim().replace(/^/gm, '  ')}\n`)

/**
 * Runs a program to its end and says how long it took. Its output is shown only when it fails.
 * @returns {{ ok: boolean, output: string }}
 */
export function runStep(line, program, args, options = {}) {
  say(`${line} …`)
  const started = Date.now()
  const result = spawnSync(program, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 * 2 ** 20, ...options })
  const output = `${result.stdout ?? ''}${result.stderr ?? ''}${result.error ? `${result.error.message}\n` : ''}`
  if (result.status === 0) {
    say(`${line}: done in ${((Date.now() - started) / 1000).toFixed(1)} s`)
    return { ok: true, output }
  }
  say(`${line}: failed (${result.signal ?? `exit code ${result.status}`})`)
  process.stderr.write(lastLines(output, 30))
  return { ok: false, output }
}

function lastLines(text, count) {
  const lines = text.trimEnd().split('\n')
  return `${lines.slice(-count).join('\n')}\n`
}

/** Runs the program as a person does, with a home of its own. */
import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'

const program = resolve(import.meta.dirname, '../src/main.ts')
/** Nothing that is tested here takes this long, even on a busy machine. */
const limitMs = 300_000

export type Ended = { code: number | null; stdout: string; stderr: string }
export type Home = {
  path: string
  /** The program's end. `started` is handed the process, to be ended early; the program gets `input` on its standard input. */
  run(args: string[], options?: { environment?: Record<string, string>; input?: string; started?: (child: ChildProcess) => void }): Promise<Ended>
}

/** A home directory, a state and a configuration that nobody else has; all of it goes away afterwards. */
export async function withHome(use: (home: Home) => Promise<void>): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), 'sluice-cli-'))
  try {
    await use({ path, run: (args, options = {}) => run(path, args, options) })
  } finally {
    await rm(path, { recursive: true, force: true, maxRetries: 5 })
  }
}

async function run(home: string, args: string[], options: Parameters<Home['run']>[1] & {}): Promise<Ended> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: home,
    env: { PATH: process.env['PATH'], HOME: home, ...options.environment },
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: limitMs,
    killSignal: 'SIGKILL',
  })
  child.stdin.on('error', () => undefined).end(options.input ?? '')
  const output = Promise.all([text(child.stdout), text(child.stderr)])
  const ended = new Promise<number | null>((settle) => child.once('close', settle))
  options.started?.(child)
  const [stdout, stderr] = await output
  return { code: await ended, stdout, stderr }
}

/** One process of an engine: started until it answers, ended by its pid. */
import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'

export type EngineProcess = {
  pid: number
  /** SIGTERM, and SIGKILL for one that has not ended after `graceSeconds`. Repeatable. */
  stop(): Promise<void>
  /** SIGKILL, as a crash. */
  kill(): Promise<void>
}

export type ProgramOptions = {
  name: string
  program: string
  args: string[]
  /** Made if absent: the working directory, and where `<name>.log` with all output is written. */
  directory: string
  env?: Record<string, string>
  /** Asked until it resolves; what it rejects with last is told when time is up. */
  answers: () => Promise<unknown>
  startSeconds?: number
  graceSeconds?: number
}

/** Errors: the process ended before it answered, or did not answer in time; with the end of its log. */
export async function startProcess(options: ProgramOptions): Promise<EngineProcess> {
  const { name, directory, startSeconds = 60, graceSeconds = 20 } = options
  mkdirSync(directory, { recursive: true })
  const logPath = join(directory, `${name}.log`)
  const log = openSync(logPath, 'a')
  const child = spawn(options.program, options.args, { cwd: directory, env: { ...process.env, ...options.env }, stdio: ['ignore', log, log] })
  closeSync(log)
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`it ended with ${signal ?? `code ${code}`}`))
  })
  const endWithUs = () => void child.kill('SIGKILL')
  process.once('exit', endWithUs)
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    if (isRunning(child)) {
      child.kill(signal)
      if (!(await Promise.race([ended, pause(graceSeconds * 1000, undefined, { ref: false })]))) child.kill('SIGKILL')
    }
    await ended
    process.off('exit', endWithUs)
  }
  try {
    await waitUntilItAnswers(options.answers, ended, startSeconds)
  } catch (error) {
    await end('SIGKILL')
    throw new Error(`${name} did not start: ${(error as Error).message}\n${readFileSync(logPath, 'utf8').slice(-3000)}`)
  }
  return { pid: child.pid!, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') }
}

const isRunning = (child: ChildProcess): boolean => child.pid !== undefined && child.exitCode === null && child.signalCode === null

async function waitUntilItAnswers(answers: () => Promise<unknown>, ended: Promise<string>, seconds: number): Promise<void> {
  const deadline = performance.now() + seconds * 1000
  const stopped = ended.then((reason) => ({ reason }))
  for (;;) {
    const outcome = await Promise.race([answers().then(() => undefined, (error: unknown) => ({ error: error as Error })), stopped])
    if (outcome === undefined) return
    if ('reason' in outcome) throw new Error(outcome.reason)
    if (performance.now() > deadline) throw new Error(`no answer within ${seconds} s (${outcome.error.message})`)
    const reason = await Promise.race([stopped, pause(50)])
    if (reason) throw new Error(reason.reason)
  }
}

/** Free loopback ports, all different. Somebody else may take one before it is used: a start that fails says so. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer()
      await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve))
      return server
    }),
  )
  const ports = servers.map((server) => (server.address() as AddressInfo).port)
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))))
  return ports
}

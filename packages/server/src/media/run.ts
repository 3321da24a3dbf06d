/** The one spawner: runs ffmpeg and ffprobe with limits on time, memory and silence, and never leaves one behind. */
import { spawn, type ChildProcess } from 'node:child_process'
import { constants } from 'node:os'
import type { Readable } from 'node:stream'
import { openSpending } from '../base/spent-seconds.ts'
import { commandLine, type LimitedCommand } from './command-line.ts'
import { openGivingWay } from './give-way.ts'
import { readProgress } from './read-progress.ts'
import { redact } from './redact.ts'
import type { Sandbox } from './sandbox.ts'
import { waitedSeconds } from './waited-seconds.ts'

export type RunOptions = LimitedCommand & {
  /** Ended after this long without progress, unless it waits for a processor: output time, encoded frames or bytes that rise, or bytes on stdout. ffmpeg only. */
  stallSeconds?: number
  signal?: AbortSignal
  /** That it may keep busy: it stands still for what somebody waits for where there are no more (media/give-way.ts). */
  threads?: number
  /** `ignore` by default. A function is awaited before the next chunk is read. */
  stdout?: 'ignore' | 'collect' | ((chunk: Buffer) => void | Promise<void>)
  /** Of collected output; 16 MiB by default, beyond it the run is ended as `limit`. */
  maxStdoutBytes?: number
  /** ffmpeg only. */
  onProgress?: (outTimeSeconds: number) => void
  /** That of the process by default. */
  sandbox?: Sandbox
}

/** `limit`: more output than was allowed. `cpu`: more processor time. `consumer`: the stdout function threw; see `cause`. */
export type RunFailure = 'exit' | 'cpu' | 'timeout' | 'stalled' | 'aborted' | 'spawn' | 'limit' | 'consumer'

/** A run that did not end well. Neither the message nor the tail holds a URL. */
export class MediaRunError extends Error {
  override name = 'MediaRunError'
  readonly reason: RunFailure
  readonly exitCode: number | null
  readonly stderrTail: string
  constructor(program: string, reason: RunFailure, exitCode: number | null, stderrTail: string, cause?: unknown) {
    const said = stderrTail.trim().split('\n').slice(-3).join(' · ')
    super(`${program.split('/').at(-1)} ended: ${reason}${exitCode === null ? '' : ` (${exitCode})`}${said && `: ${said}`}`, { cause })
    this.reason = reason
    this.exitCode = exitCode
    this.stderrTail = stderrTail
  }
}

const stderrTailBytes = 32_768
const graceMs = 1000
/** Of `timeoutSeconds`, for a run that is starved. */
const mostPeriods = 4
/** What env, nice and setpriv exit with when the tool is not there. */
const commandNotFound = 127
/** What a shell or a sandbox exits with when its tool ended by SIGXCPU. */
const outOfCpu = 128 + constants.signals.SIGXCPU
const running = new Set<ChildProcess>()
/** Linux ends a stopped tool with its server (setpriv's death signal); elsewhere it would stay for ever. */
const givingWay = process.platform === 'linux' ? openGivingWay() : undefined
let houseSandbox: Sandbox | undefined
let exitHookSet = false

/** From now on every run of this process takes place in that sandbox; undefined: in none. */
export function confineRuns(sandbox: Sandbox | undefined): void {
  houseSandbox = sandbox
}

/** Runs to the end. Rejects with MediaRunError, after the process is gone. */
export function runTool(options: RunOptions): Promise<{ stdout: Buffer; stderrTail: string }> {
  const { program, signal } = options
  if (signal?.aborted) return Promise.reject(new MediaRunError(program, 'aborted', null, ''))
  const watched = options.stallSeconds !== undefined || options.onProgress !== undefined
  const [command, ...args] = commandLine(options, watched, options.isOwnersProgram ? undefined : (options.sandbox ?? houseSandbox))
  const noteSpent = openSpending()
  const child = spawn(command!, args, { stdio: ['ignore', options.stdout && options.stdout !== 'ignore' ? 'pipe' : 'ignore', 'pipe', watched ? 'pipe' : 'ignore'], detached: process.platform !== 'win32' })
  remember(child)
  const leaveWay = (child.pid !== undefined && givingWay?.enter(child.pid, options.nice ?? 0, options.threads)) || (() => {})
  return new Promise((resolve, reject) => {
    let failure: RunFailure | undefined
    let cause: unknown
    let tail = ''
    let collectedBytes = 0
    const collected: Buffer[] = []
    let consumed: Promise<void> = Promise.resolve()

    const end = (reason: RunFailure, why?: unknown) => {
      if (failure) return
      failure = reason
      cause = why
      endGroup(child, 'SIGTERM')
      leaveWay()
      graceTimer = setTimeout(() => endGroup(child, 'SIGKILL'), graceMs)
      child.stdout?.resume()
    }
    let graceTimer: NodeJS.Timeout | undefined
    let [starvedSeconds, periods] = [0, 1]
    /** One that waited for a processor for most of its time is given it again. */
    const onTimeout = () => {
      const waited = (child.pid !== undefined && waitedSeconds(child.pid)) || 0
      if (waited - starvedSeconds < options.timeoutSeconds / 2 || periods === mostPeriods) return end('timeout')
      periods++
      starvedSeconds = waited
      timeoutTimer = setTimeout(onTimeout, options.timeoutSeconds * 1000)
    }
    let timeoutTimer = setTimeout(onTimeout, options.timeoutSeconds * 1000)
    let stallTimer: NodeJS.Timeout | undefined
    const alive = () => {
      if (options.stallSeconds === undefined || failure) return
      clearTimeout(stallTimer)
      stallTimer = setTimeout(listen, options.stallSeconds * 500)
    }
    /** Half of the silence has passed. One that spends the other half waiting for a processor is starved, not hung, and is heard again. */
    const listen = () => {
      const halfSeconds = options.stallSeconds! / 2
      const before = child.pid === undefined ? undefined : waitedSeconds(child.pid)
      stallTimer = setTimeout(() => {
        const waited = before === undefined ? undefined : waitedSeconds(child.pid!)
        if (waited !== undefined && waited - before! > halfSeconds / 2) listen()
        else end('stalled')
      }, halfSeconds * 1000)
    }
    const onAbort = () => end('aborted')
    signal?.addEventListener('abort', onAbort, { once: true })
    alive()

    child.stderr!.setEncoding('utf8').on('data', (text: string) => (tail = (tail + text).slice(-stderrTailBytes)))
    if (watched) readProgress(child.stdio[3] as Readable, { onAdvance: alive, onOutTime: options.onProgress })
    child.stdout?.on('data', (chunk: Buffer) => {
      alive()
      if (failure) return
      if (typeof options.stdout !== 'function') {
        collectedBytes += chunk.length
        if (collectedBytes > (options.maxStdoutBytes ?? 2 ** 24)) return end('limit')
        collected.push(chunk)
        return
      }
      const consume = options.stdout
      child.stdout!.pause()
      clearTimeout(stallTimer)
      consumed = consumed.then(() => consume(chunk)).then(
        () => (alive(), void child.stdout!.resume()),
        (error: unknown) => end('consumer', error),
      )
    })

    const settle = async (exitCode: number | null, endedBy?: NodeJS.Signals | null, spawnError?: Error) => {
      running.delete(child)
      leaveWay()
      clearTimeout(timeoutTimer)
      await consumed
      clearTimeout(stallTimer)
      clearTimeout(graceTimer)
      signal?.removeEventListener('abort', onAbort)
      const stderrTail = redact(tail)
      if (spawnError) reject(new MediaRunError(program, 'spawn', null, spawnError.message))
      else if (!failure && exitCode === commandNotFound) reject(new MediaRunError(program, 'spawn', exitCode, stderrTail))
      else if (failure) reject(new MediaRunError(program, failure, exitCode, stderrTail, cause))
      else if (endedBy === 'SIGXCPU' || exitCode === outOfCpu) reject(new MediaRunError(program, 'cpu', exitCode, stderrTail))
      else if (exitCode !== 0) reject(new MediaRunError(program, 'exit', exitCode, stderrTail))
      else resolve({ stdout: Buffer.concat(collected), stderrTail })
    }
    child.once('exit', noteSpent)
    child.once('error', (error) => void settle(null, null, error))
    child.once('close', (code, endedBy) => void settle(code, endedBy))
  })
}

/** Children end with this process, however it leaves in good order. */
function remember(child: ChildProcess): void {
  running.add(child)
  if (exitHookSet) return
  exitHookSet = true
  process.once('exit', () => {
    for (const one of running) endGroup(one, 'SIGKILL')
  })
}

/** A tool leads a process group of its own, so whatever it started goes with it. */
function endGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  try {
    if (child.pid !== undefined && process.platform !== 'win32') process.kill(-child.pid, signal)
    else child.kill(signal)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

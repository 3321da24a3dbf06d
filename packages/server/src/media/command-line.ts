/** The command of a run with its limits in front: what it may use, and what it may see. Pure but for a look at what is installed. */
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { sandboxArgs, type Sandbox } from './sandbox.ts'

export type LimitedCommand = {
  program: string
  args: string[]
  /** 0 (normal) to 19 (bulk). */
  nice?: number
  /** Given again, a few times, to a run that spent it waiting for a processor. */
  timeoutSeconds: number
  /** Address space; where the system can't limit it, it is not limited. */
  maxMemoryBytes?: number
  /** Memory that it writes to; likewise. */
  maxDataBytes?: number
  /** Processor time, in place of what the time-out allows on every processor. */
  maxCpuSeconds?: number
  /** Of one file that it writes. */
  maxFileBytes?: number
  /** A program of the administrator's choice: it keeps the environment and sees the system, within the same limits. */
  isOwnersProgram?: boolean
}

/** Open files: inputs, outputs and pipes of the largest ladder are a tenth of it. */
const maxOpenFiles = 256
/** Of one file; only runs that write to a task's directory make files at all. */
const defaultFileBytes = 32 * 2 ** 30
/** Who the kernel ends first when memory runs out, 0 to 1000: bulk work, then what a viewer waits for, and last the server. */
const oomScore = { bulk: 900, express: 600 }
/** What a tool needs of the environment: programs, libraries and devices. Nothing else: there may be secrets in it. */
const keptVariables = ['PATH', 'LD_LIBRARY_PATH', 'LIBVA_DRIVER_NAME', 'LIBVA_DRIVERS_PATH', 'CUDA_VISIBLE_DEVICES', 'NVIDIA_VISIBLE_DEVICES', 'NVIDIA_DRIVER_CAPABILITIES']

/**
 * A shell sets the limits and execs, so the pid stays the tool's. Nice is set before it starts because Linux keeps it by
 * thread (and derives the disk priority from it). Linux with autogrouping weighs sessions, not processes, and a tool
 * leads a session of its own: without the group's nice, bulk work would get as much of a processor as what a viewer waits
 * for. Without a sandbox, setpriv has the kernel end the tool when this process is killed and denies new privileges.
 */
export function commandLine(options: LimitedCommand, watched: boolean, sandbox: Sandbox | undefined): string[] {
  const tool = [options.program, ...(watched ? ['-progress', 'pipe:3', '-stats_period', '0.5'] : []), ...options.args]
  if (process.platform === 'win32') return tool
  const held = sandbox ? [...sandboxArgs(sandbox, tool), ...tool] : [...privileges(), ...tool]
  const niced = options.nice ? ['nice', '-n', String(options.nice), ...held] : held
  return ['/bin/sh', '-c', [...limits(options), `exec ${options.isOwnersProgram ? '' : `${cleanEnvironment} `}"$@"`].join('; '), 'sh', ...niced]
}

/** A limit that the system does not know, or that is above one set from outside, is passed over. */
function limits(options: LimitedCommand): string[] {
  const each = {
    c: 0,
    n: maxOpenFiles,
    f: Math.ceil((options.maxFileBytes ?? defaultFileBytes) / 512),
    // Soft: beyond a hard one it would be killed outright, like one that ran out of memory.
    'S -t': Math.ceil(options.maxCpuSeconds ?? options.timeoutSeconds * availableParallelism() + 60),
    ...(options.maxMemoryBytes && { v: Math.ceil(options.maxMemoryBytes / 1024) }),
    ...(options.maxDataBytes && { d: Math.ceil(options.maxDataBytes / 1024) }),
  }
  const score = options.nice ? oomScore.bulk : oomScore.express
  return [
    ...Object.entries(each).map(([letter, value]) => `ulimit -${letter} ${value} 2>/dev/null`),
    ...(process.platform === 'linux' ? [`{ echo ${score} > /proc/self/oom_score_adj; } 2>/dev/null`] : []),
    ...(options.nice && process.platform === 'linux' ? [`{ echo ${options.nice} > /proc/self/autogroup; } 2>/dev/null`] : []),
  ]
}

/** LC_ALL: what a tool says is read by us. */
const cleanEnvironment = `env -i LC_ALL=C ${keptVariables.map((name) => `\${${name}+"${name}=$${name}"}`).join(' ')}`

function privileges(): string[] {
  const setpriv = process.platform === 'linux' ? ['/usr/bin/setpriv', '/bin/setpriv'].find((path) => existsSync(path)) : undefined
  return setpriv ? [setpriv, '--no-new-privs', '--pdeathsig', 'KILL', '--'] : []
}

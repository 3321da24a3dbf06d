/** The sandbox of a run: a command that shows the tool its own directories and nothing else. Pure. */
import { dirname, join, sep } from 'node:path'

/** How runs of this process are put away. Found by findSandbox. */
export type Sandbox = {
  /** bubblewrap's program. */
  program: string
  /** Options that this system takes: user namespaces, and none within them. */
  options: string[]
  /** Directories of tools that do not lie where the system keeps its own. */
  toolDirectories: string[]
  /** Directories of tasks lie in here; a run sees those that its arguments name. */
  workRoot: string
  /** Never seen, wherever it lies: the data directory. */
  hidden: string[]
  /** Device files of hardware encoders. */
  devices: string[]
}

/** Programs, libraries, and what finding a host and checking its certificate takes. Absent ones are left out. */
const readOnly = [
  '/usr', '/bin', '/sbin', '/lib', '/lib32', '/lib64', '/nix/store', '/etc/ld.so.cache', '/etc/alternatives', '/etc/ssl', '/etc/pki', '/etc/ca-certificates',
  '/etc/resolv.conf', '/etc/hosts', '/etc/nsswitch.conf', '/etc/fonts',
]

/**
 * What goes before the tool's command. No capabilities, no new privileges, own processes, IPC and names; the file
 * system is read-only but for the task's directory. The network is the machine's: sources are read over it.
 */
export function sandboxArgs(sandbox: Sandbox, command: readonly string[]): string[] {
  const shown = [...readOnly, ...sandbox.toolDirectories]
  const isShown = (path: string) => shown.some((one) => path === one || path.startsWith(one + sep))
  return [
    sandbox.program, ...sandbox.options, '--unshare-pid', '--unshare-ipc', '--unshare-uts', '--unshare-cgroup-try', '--die-with-parent', '--cap-drop', 'ALL',
    ...shown.flatMap((path) => ['--ro-bind-try', path, path]),
    ...sandbox.hidden.filter(isShown).flatMap((path) => ['--tmpfs', path]),
    '--dev', '/dev', ...sandbox.devices.flatMap((path) => ['--dev-bind-try', path, path]), ...(sandbox.devices.length > 0 ? ['--ro-bind-try', '/sys', '/sys'] : []),
    '--dir', '/tmp', ...taskDirectories(sandbox.workRoot, command).flatMap((path) => ['--bind', path, path]), '--remount-ro', '/', '--chdir', '/', '--',
  ]
}

/** The task directories that arguments name: `/tmp/sluice-7/task-a` of `/tmp/sluice-7/task-a/360p.mp4`. */
function taskDirectories(workRoot: string, command: readonly string[]): string[] {
  const directories = command
    .map((argument) => argument.replace(/^file:/, ''))
    .filter((argument) => argument.startsWith(workRoot + sep))
    .map((path) => join(workRoot, path.slice(workRoot.length + 1).split(sep)[0]!))
  return [...new Set(directories)]
}

/** Where a program given by its path lies, and the libraries that came with it. */
export const toolDirectoriesOf = (programs: readonly string[]): string[] =>
  [...new Set(programs.filter((program) => program.startsWith(sep)).flatMap((program) => [dirname(program), join(dirname(program), '..', 'lib')]))]

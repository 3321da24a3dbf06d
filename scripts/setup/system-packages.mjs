/** Installs programs by the system's package manager where this user may; else says the exact command. */
import { spawnSync } from 'node:child_process'
import { pathOf, which } from './programs.mjs'
import { SetupFailed, explain, runStep } from './say.mjs'

/** `refresh` brings the package lists up to date: fresh containers have none. */
const managers = [
  { command: 'apt-get', refresh: ['update', '-qq'], install: ['install', '-y', '-qq', '--no-install-recommends'], env: { DEBIAN_FRONTEND: 'noninteractive' } },
  { command: 'dnf', install: ['install', '-y', '-q'] },
  { command: 'apk', install: ['add', '--no-cache', '-q'] },
  { command: 'pacman', install: ['-Sy', '--noconfirm', '--needed', '-q'] },
  { command: 'brew', install: ['install', '-q'], asUser: true },
]

/** Installs each that is missing. Throws SetupFailed when a required one can't be had; explains the others and goes on. */
export function installPrograms(missing) {
  if (missing.length === 0) return
  const manager = managers.find((candidate) => which(candidate.command))
  const prefix = manager && privileges(manager)
  if (manager && prefix) {
    if (manager.refresh) runStep(`${manager.command} update`, ...commandLine(manager, prefix, manager.refresh))
    for (const program of missing) {
      const args = [...manager.install, ...program.packages[manager.command].split(' ')]
      runStep(`installing ${program.name} with ${manager.command}`, ...commandLine(manager, prefix, args))
    }
  }
  const still = missing.filter((program) => !pathOf(program))
  for (const program of still.filter((one) => !one.required)) explain(whatToDo(program, manager))
  const required = still.filter((one) => one.required)
  if (required.length > 0) throw new SetupFailed(required.map((program) => whatToDo(program, manager)).join('\n'))
}

/** What to put before the command, or undefined when this user may not install. */
function privileges(manager) {
  const isRoot = process.getuid?.() === 0
  if (manager.asUser) return isRoot ? undefined : []
  if (isRoot) return []
  const mayWithoutPassword = which('sudo') && spawnSync('sudo', ['-n', 'true'], { stdio: 'ignore', timeout: 10_000 }).status === 0
  return mayWithoutPassword ? ['sudo', '-n'] : undefined
}

/** Program, arguments and options for runStep. `env` carries the variables through sudo. */
function commandLine(manager, prefix, args) {
  const variables = Object.entries(manager.env ?? {}).map(([name, value]) => `${name}=${value}`)
  const [program, ...rest] = [...prefix, 'env', ...variables, manager.command, ...args]
  return [program, rest, { timeout: 15 * 60_000 }]
}

/** The message with the exact command. */
export function whatToDo(program, manager) {
  const headline = `${program.name} is not installed (${program.why}).`
  if (!manager) return `${headline}\nInstall ${program.commands()[0].join(' and ')} so that they are on the PATH, then run this again.`
  const words = [manager.command, ...(manager.install.filter((word) => !/^-q+$|^--no-install|^--noconfirm|^--needed/.test(word))), program.packages[manager.command]]
  const command = manager.asUser ? words.join(' ') : `sudo ${words.join(' ')}`
  const refresh = manager.refresh ? `sudo ${manager.command} update && ` : ''
  const note = program.note?.[manager.command]
  return `${headline}\nInstall it with:\n    ${refresh}${command}\n${note ? `${note}\n` : ''}Then run this again.`
}

#!/usr/bin/env node
/** The `sluice` program: finds the command, runs it, turns its end into an exit code. */
import { commands } from './commands.ts'
import { readEnvironment } from './environment.ts'
import { explain } from './explain.ts'
import { CommandFailure } from './failure.ts'
import { commandHelp, overview } from './overview.ts'
import { program } from './program.ts'
import { suggest } from './suggest.ts'
import { version } from './version.ts'

process.exitCode = await main(process.argv.slice(2))

async function main([name, ...args]: string[]): Promise<number> {
  const environment = readEnvironment()
  try {
    if (name === '--version' || name === '-v') return print(version())
    if (name === undefined || name === '--help' || name === '-h' || (name === 'help' && args.length === 0)) return print(overview())
    const wanted = name === 'help' ? args[0]! : name
    const found = commands[wanted as keyof typeof commands]
    if (!found) {
      const nearest = suggest(wanted, Object.keys(commands))
      const meant = nearest ? `Did you mean \`${nearest}\`?` : `\`${program} help\` lists them.`
      throw new CommandFailure(`There is no command \`${wanted}\`. ${meant}`, 2)
    }
    const command = await found.load()
    if (name === 'help' || args.includes('--help') || args.includes('-h')) return print(commandHelp(command))
    const signal = command.handlesSignals ? new AbortController().signal : interruptible()
    return (await command.run(args, { environment, signal })) ?? 0
  } catch (error) {
    const { message, exitCode } = explain(error)
    process.stderr.write(`${message}\n`)
    return exitCode
  }
}

function print(text: string): number {
  process.stdout.write(`${text}\n`)
  return 0
}

/** Aborts at the first signal, so that commands can end in order; the second one ends the process. */
function interruptible(): AbortSignal {
  const controller = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) {
    process.on(name, () => {
      if (controller.signal.aborted) process.exit(130)
      controller.abort(new CommandFailure('Interrupted', 130))
    })
  }
  return controller.signal
}

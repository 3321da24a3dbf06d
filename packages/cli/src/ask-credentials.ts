/** Handle and password: from the options, from standard input, or asked for at the terminal. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import type { Credentials } from '@sluice/contract'
import { CommandFailure } from './failure.ts'

export type CredentialOptions = { handle?: string; password?: string; 'password-stdin'?: boolean }

/** With `twice` a typed password has to be repeated. CommandFailure 2 when something is missing and nobody can be asked. */
export async function askCredentials(options: CredentialOptions, twice: boolean): Promise<Credentials> {
  const handle = options.handle ?? (await ask('Handle: ', '--handle'))
  if (options.password !== undefined) return { handle, password: options.password }
  if (options['password-stdin']) return { handle, password: (await text(process.stdin)).replace(/\r?\n$/, '') }
  const password = await ask('Password: ', '--password or --password-stdin', true)
  if (twice && (await ask('The same password again: ', '--password', true)) !== password) throw new CommandFailure('The passwords differ.')
  return { handle, password }
}

/** Asks at the terminal; what is typed to a hidden question is not shown. Ctrl-C ends the program. */
async function ask(question: string, option: string, hidden = false): Promise<string> {
  if (!process.stdin.isTTY) throw new CommandFailure(`${option} is missing, and there is no terminal to ask at.`, 2)
  const silent = new Writable({ write: (_piece, _encoding, done) => done() })
  const lines = createInterface({ input: process.stdin, output: hidden ? silent : process.stderr, terminal: true })
  // Only now: before, the terminal itself would show what is typed.
  process.stderr.write(question)
  try {
    return await new Promise((resolve, reject) => {
      lines.on('SIGINT', () => reject(new CommandFailure('\nInterrupted', 130)))
      lines.on('close', () => reject(new CommandFailure('', 130)))
      lines.on('line', resolve)
    })
  } finally {
    lines.close()
    if (hidden) process.stderr.write('\n')
  }
}

/** Arguments of a command, by node:util's parseArgs; mistakes end the program with 2 and the usage. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { CommandFailure } from './failure.ts'

/** Options of every command that talks to a server. */
export const serverOptions = {
  url: { type: 'string' },
  token: { type: 'string' },
} as const satisfies ParseArgsOptionsConfig

/** Options of the commands that may sign in by themselves. */
export const signInOptions = {
  ...serverOptions,
  handle: { type: 'string' },
  password: { type: 'string' },
  'password-stdin': { type: 'boolean' },
} as const satisfies ParseArgsOptionsConfig

/** `--no-x` is understood for every boolean option. Throws CommandFailure 2. */
export function parseArguments<const Options extends ParseArgsOptionsConfig>(args: string[], options: Options, usage: string) {
  try {
    return parseArgs({ args, options, allowPositionals: true, allowNegative: true, strict: true })
  } catch (error) {
    // parseArgs explains at length how a positional may begin with a dash; the first sentence does.
    throw new CommandFailure(`${(error as Error).message.split('. ')[0]}\nUsage: ${usage}`, 2)
  }
}

/** The values of a command that takes options only; anything else ends the program with 2 and the usage. */
export function parseOptions<const Options extends ParseArgsOptionsConfig>(args: string[], options: Options, usage: string) {
  const { values, positionals } = parseArguments(args, options, usage)
  if (positionals.length > 0) throw new CommandFailure(`Usage: ${usage}`, 2)
  return values
}

/** One of a few words, or CommandFailure 2. */
export function oneOf<const T extends string>(option: string, value: string | undefined, words: readonly T[]): T | undefined {
  const word = words.find((each) => each === value)
  if (value !== undefined && word === undefined) throw new CommandFailure(`--${option} is one of ${words.join(', ')}, not ${JSON.stringify(value)}`, 2)
  return word
}

/** A whole number from 1 to `most`, or CommandFailure 2. */
export function count(option: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined
  const number = /^\d+$/.test(value) ? Number(value) : 0
  if (number < 1 || number > most) throw new CommandFailure(`--${option} is a whole number from 1 to ${most}, not ${JSON.stringify(value)}`, 2)
  return number
}

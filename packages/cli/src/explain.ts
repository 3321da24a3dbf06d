/** What a person is told of an error, and the exit code it ends with. */
import { SluiceError } from '@sluice/sdk'
import { CommandFailure } from './failure.ts'
import { program } from './program.ts'

/** Errors that nobody foresaw keep their stack. */
export function explain(error: unknown): { message: string; exitCode: number } {
  if (error instanceof CommandFailure) return { message: error.message, exitCode: error.exitCode }
  if (error instanceof SluiceError) {
    if (error.code === 'unauthorized') return { message: `You are not signed in, or no longer: \`${program} login\``, exitCode: 3 }
    if (error.code === 'unreachable') {
      return { message: `${error.message}.\nIs it running? On this machine \`npm start\` starts one; --url names another.`, exitCode: 1 }
    }
    return { message: error.message, exitCode: 1 }
  }
  if (error instanceof Error && (isOfSystem(error) || isNamed(error))) return { message: error.message, exitCode: 1 }
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: 1 }
}

/** A file or a port that can't be had: the message names it. */
const isOfSystem = (error: Error): boolean => 'code' in error && 'syscall' in error

/** Our own errors have a name and a sentence (BadSettings, DataDirectoryInUse, SourceChanged…); those of the language are mistakes of ours. */
const isNamed = ({ name }: Error): boolean => !['Error', 'TypeError', 'RangeError', 'ReferenceError', 'SyntaxError', 'AssertionError'].includes(name)

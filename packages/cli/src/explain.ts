/** What a person is told of an error, and the exit code it ends with. */
import { SluiceError } from '@sluice/sdk'
import { CommandFailure } from './failure.ts'
import { program } from './overview.ts'

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
  if (error instanceof Error && 'code' in error && 'syscall' in error) return { message: error.message, exitCode: 1 }
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: 1 }
}

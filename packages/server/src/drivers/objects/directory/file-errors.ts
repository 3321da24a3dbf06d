/** Errors of the file system as the port names them. */
import { DriverUnavailable } from '../../../base/errors.ts'

export const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException | undefined)?.code

const isFileError = (error: unknown): boolean => typeof (error as NodeJS.ErrnoException | undefined)?.syscall === 'string'

/** A full disk, an I/O error, no permission…: DriverUnavailable. Anything else stays what it is. */
export function portError(error: unknown): unknown {
  if (!isFileError(error)) return error
  return new DriverUnavailable(`the objects directory failed: ${codeOf(error)}`, { cause: error })
}

/** Runs `call` with its file errors turned into DriverUnavailable. */
export async function guarded<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call()
  } catch (error) {
    throw portError(error)
  }
}

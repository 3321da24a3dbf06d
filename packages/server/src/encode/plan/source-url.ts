/** A URL of the source for ffmpeg, and whether the source is there at all. */
import { ObjectNotFound } from '../../base/errors.ts'
import type { EncodeDeps } from '../deps.ts'
import { SourceMissing } from '../worker/errors.ts'

/** Longer than a task may run. */
const expiresInSeconds = 2 * 3600

export const sourceUrl = (deps: Pick<EncodeDeps, 'objects'>, key: string): Promise<string> => deps.objects.signRead('raw', key, expiresInSeconds)

/**
 * Reads a byte of the source, so that a failed run of ffmpeg is not taken for a damaged file while the store is away.
 * Throws SourceMissing, DriverUnavailable.
 */
export async function assertSourceReadable(deps: Pick<EncodeDeps, 'objects'>, key: string): Promise<void> {
  try {
    await deps.objects.get('raw', key, { start: 0, end: 0 })
  } catch (error) {
    if (error instanceof ObjectNotFound) throw new SourceMissing(`no object ${key}`)
    throw error
  }
}

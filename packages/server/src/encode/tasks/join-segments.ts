/** Writes an init segment and segments of one rendition into one file that ffmpeg can read: our own bytes, not the source. */
import { open } from 'node:fs/promises'
import { initKey } from '../../domain/keys.ts'
import type { Plan, Slot } from '../../domain/plan.ts'
import type { EncodeDeps } from '../deps.ts'

/** Slots in ascending order; gaps between them are allowed. Throws ObjectNotFound, DriverUnavailable. */
export async function joinSegments(
  deps: Pick<EncodeDeps, 'objects'>,
  plan: Plan,
  renditionId: string,
  slots: readonly Slot[],
  { path, signal }: { path: string; signal: AbortSignal },
): Promise<void> {
  const file = await open(path, 'wx')
  try {
    await file.write(await deps.objects.get('encoded', initKey(plan.videoId, plan.revision, renditionId), undefined, signal))
    for (const { key, offset, length } of slots) {
      await file.write(await deps.objects.get('encoded', key, { start: offset, end: offset + length - 1 }, signal))
    }
  } finally {
    await file.close()
  }
}

/** A store under test, as a driver's test opens it. */
import type { Objects } from '../../src/ports/objects.ts'

export type OpenedObjects = {
  objects: Objects
  /** The origin that part URLs are asked for. */
  baseUrl: string
  /** Two PUTs of one part within this time may be taken for either: stores that date parts by the second. */
  replacesAfterMs?: number
  /** What stores that are not ours may do otherwise: not check a part's SHA-256; complete again what was completed. */
  ignoresChecksums?: boolean
  knowsFinishedUploads?: boolean
  /** Opens the same store again, after `objects` was closed. */
  reopen: () => Promise<Objects>
  /** Removes the store; `objects` and what was reopened are closed already. */
  close: () => Promise<void>
}

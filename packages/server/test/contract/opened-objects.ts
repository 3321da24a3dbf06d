/** A store under test, as a driver's test opens it. */
import type { Objects } from '../../src/ports/objects.ts'

export type OpenedObjects = {
  objects: Objects
  /** The origin that part URLs are asked for. */
  baseUrl: string
  /** Opens the same store again, after `objects` was closed. */
  reopen: () => Promise<Objects>
  /** Removes the store; `objects` and what was reopened are closed already. */
  close: () => Promise<void>
}

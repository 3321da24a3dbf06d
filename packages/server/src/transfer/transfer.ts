/** Copies an installation's documents and objects to other stores, whichever drivers: a move, a backup, a restore. */
import type { Clock } from '../base/time.ts'
import { copyDocuments, type TableDigest } from './copy-documents.ts'
import { copyObjects, type CopiedObjects } from './copy-objects.ts'
import type { TransferDeps, TransferOptions } from './deps.ts'
import { beginMark, endMark, refuseEmpty } from './mark.ts'

export type Transferred = { documents: number; tables: Record<string, TableDigest>; objects: CopiedObjects }

/**
 * Objects first: a document never refers to one that is not there. Whatever ends it, the same call goes on. Queues are not
 * copied: due entries are, by which the reconciler enqueues what is unfinished. Errors: TransferRefused, DriverUnavailable.
 */
export async function transfer(deps: TransferDeps & { clock: Clock }, options: TransferOptions): Promise<Transferred> {
  if (options.again) await refuseEmpty(deps.from.documents)
  await beginMark({ documents: deps.to.documents, now: deps.clock() }, options)
  const objects = await copyObjects(deps, options)
  const tables = await copyDocuments(deps, options)
  await endMark(deps.to.documents, deps.clock())
  return { documents: Object.values(tables).reduce((sum, { count }) => sum + count, 0), tables, objects }
}

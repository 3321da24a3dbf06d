/** The destination's note of a transfer into it: from where, and whether it has ended. It is not copied. */
import type { Documents } from '../ports/documents.ts'
import { TransferRefused, type TransferOptions } from './deps.ts'

const place = { table: 'installation', pk: 'transfer' } as const

export type Mark = { source: string; startedAt: number; finishedAt?: number }

export const isMark = (table: string, { pk }: { pk: string }): boolean => table === place.table && pk === place.pk

/**
 * The first transfer needs a destination without videos and accounts; one that was interrupted goes on; one that has
 * ended is only repeated when told to, since what was written at the destination meanwhile is lost.
 */
export async function beginMark({ documents, now }: { documents: Documents; now: number }, { source, again }: TransferOptions): Promise<void> {
  const found = await documents.get<Mark>(place.table, place.pk)
  if (found && found.value.source !== source && !again) throw new TransferRefused(`The destination was filled from ${found.value.source}. --again makes it a copy of this source; what it has now is lost.`)
  if (found?.value.finishedAt !== undefined && !again) {
    throw new TransferRefused(`The destination was filled on ${new Date(found.value.finishedAt).toISOString()}. --again brings it up to date; what was written there since is lost.`)
  }
  if (!found && !(await isEmpty(documents))) {
    throw new TransferRefused('The destination is an installation of its own: it has accounts or videos, and no transfer into it was begun. Nothing was written.')
  }
  const mark: Mark = { source, startedAt: now }
  await documents.put(place.table, place.pk, '', mark, { ifVersion: found?.version ?? 'absent' })
}

/** What is gone at the source goes at the destination: a keyspace or directory that is a wrong one would empty it. */
export async function refuseEmpty(from: Documents): Promise<void> {
  if (await isEmpty(from)) throw new TransferRefused('The source has neither accounts nor videos: is it the right one? Nothing was written.')
}

async function isEmpty(documents: Documents): Promise<boolean> {
  for (const table of ['account', 'video']) if ((await documents.scan(table, { limit: 1 })).items.length > 0) return false
  return true
}

export async function endMark(documents: Documents, now: number): Promise<void> {
  const found = await documents.get<Mark>(place.table, place.pk)
  if (found) await documents.put(place.table, place.pk, '', { ...found.value, finishedAt: now }, { ifVersion: found.version })
}

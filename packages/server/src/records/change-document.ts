/** Changes a document by compare-and-set, re-reading it after a conflict: the loop that records share. */
import { VersionConflict } from '../base/errors.ts'
import { backoffMs } from '../base/retry.ts'
import { sleep } from '../base/time.ts'
import type { TableName } from '../domain/tables.ts'
import type { Documents } from '../ports/documents.ts'

export type DocumentPlace = { table: TableName; pk: string; sk: string }

const mostAttempts = 20

/**
 * `change` gets a copy of the present value (undefined where there is none) and answers the new one, or undefined to leave
 * all as it is; it may be called several times. Answers what is stored afterwards. VersionConflict when others were
 * first 20 times.
 */
export async function changeDocument<T>(
  documents: Documents,
  { table, pk, sk }: DocumentPlace,
  change: (value: T | undefined) => T | undefined,
  { ttlSeconds }: { ttlSeconds?: number } = {},
): Promise<T | undefined> {
  for (let attempt = 1; ; attempt++) {
    const stored = await documents.get<T>(table, pk, sk)
    const next = change(stored && structuredClone(stored.value))
    if (next === undefined) return stored?.value
    try {
      await documents.put(table, pk, sk, next, { ifVersion: stored?.version ?? 'absent', ttlSeconds })
      return next
    } catch (error) {
      if (!(error instanceof VersionConflict) || attempt >= mostAttempts) throw error
      await sleep(backoffMs(attempt, 5, 500))
    }
  }
}

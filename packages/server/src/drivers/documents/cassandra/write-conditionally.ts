/** Conditional writes as lightweight transactions, and what became of one whose answer was lost. */
import { types } from 'cassandra-driver'
import { DriverUnavailable, VersionConflict } from '../../../base/errors.ts'
import { backoffMs } from '../../../base/retry.ts'
import { sleep } from '../../../base/time.ts'
import type { TableName } from '../../../domain/tables.ts'
import { isRefused, unavailable } from './failures.ts'
import type { Session } from './session.ts'
import { conditionalWrites, readVersions, type Write } from './statements.ts'

type Standing = { version: string; replaced: string | null }
type Verdict = 'done' | 'not-done' | 'lost' | 'unknown'

/**
 * All or nothing. The same writes, with the same versions, are sent again after a lost answer: whichever of the requests
 * comes through, the others meet its versions. Errors: VersionConflict when nothing was written; DriverUnavailable when
 * time is up, or when others wrote so much meanwhile that nobody can tell.
 */
export async function writeConditionally(session: Session, table: TableName, pk: string, writes: Write[], deadline: number): Promise<void> {
  const what = `${table} ${pk}`
  const statements = conditionalWrites(table, pk, writes)
  let answerLost = false
  for (let attempt = 1; ; attempt++) {
    if (performance.now() > deadline) throw new DriverUnavailable(`${what}: not written in time`)
    let failure: unknown
    try {
      const result = await session.send(statements)
      if (result.wasApplied() || isRemovalOfNothing(writes) || bearsOwnVersion(writes, result.rows)) return
      if (!answerLost) throw conflict(what)
    } catch (error) {
      if (error instanceof VersionConflict) throw error
      if (isRefused(error) || performance.now() > deadline) throw unavailable(what, error)
      failure = error
      // Also where a node says that too few replicas are there: Paxos may find out after the proposal was accepted.
      answerLost = true
    }
    const verdict = await settle(session, table, pk, writes, deadline)
    if (verdict === 'done') return
    if (verdict === 'lost') throw conflict(what)
    if (verdict === 'unknown') throw new DriverUnavailable(`${what}: the answer was lost, and others wrote since`, { cause: failure })
    await sleep(backoffMs(attempt, 20, 1000))
  }
}

const conflict = (what: string): VersionConflict => new VersionConflict(`${what}: not the expected version`)

/** A delete without a condition, of what is absent. */
const isRemovalOfNothing = (writes: Write[]): boolean => writes.length === 1 && writes[0]!.kind === 'delete' && writes[0]!.condition === undefined

/** A refused transaction answers what stood there: our own version, when an earlier request of ours came through. */
const bearsOwnVersion = (writes: Write[], rows: types.Row[]): boolean =>
  writes.some((write) => write.kind === 'put' && rows.some((row) => row['version'] === write.version))

/** A serial read ends what is still under way for these documents, so that what it answers is final. */
async function settle(session: Session, table: TableName, pk: string, writes: Write[], deadline: number): Promise<Verdict> {
  const read = readVersions(table, pk, writes.map(({ sk }) => sk))
  const { rows } = await session.repeat(`${table} ${pk}`, () => session.send([read], { consistency: types.consistencies.localSerial }), deadline)
  const found = new Map(rows.map((row) => [row['sk'] as string, row as unknown as Standing]))
  return verdictOf(writes, found)
}

/**
 * Pure. A put is done where its version stands, or was replaced since. It is lost where another took the place of the
 * version that it expected. Of deletes alone: gone is gone, whoever did it.
 */
export function verdictOf(writes: Write[], found: ReadonlyMap<string, Standing>): Verdict {
  const puts = writes.filter((write) => write.kind === 'put')
  for (const { sk, version } of puts) if (found.get(sk)?.version === version || found.get(sk)?.replaced === version) return 'done'
  if (puts.length === 0 && writes.every(({ sk }) => !found.has(sk))) return 'done'
  const holds = ({ sk, condition }: Write) => condition === undefined || (condition === 'absent' ? !found.has(sk) : found.get(sk)?.version === condition)
  if (writes.every(holds)) return 'not-done'
  const expected = ({ condition }: Write) => (condition === 'absent' ? '' : condition)
  return puts.some((write) => !holds(write) && found.get(write.sk)?.replaced === expected(write)) ? 'lost' : 'unknown'
}

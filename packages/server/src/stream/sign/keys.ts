/** The signing keys in memory: read at the start and every minute, so that signing and verifying ask no store. */
import { SingleFlight } from '../../base/once.ts'
import { retry } from '../../base/retry.ts'
import type { Log } from '../../base/log.ts'
import type { Clock } from '../../base/time.ts'
import type { Documents } from '../../ports/documents.ts'
import type { SigningKey } from '../../records/signing-key.ts'
import { activeKey, rotateKeys } from './rotate-keys.ts'
import type { PlaybackKey } from './token.ts'

/** What a cache needs of them. */
export type VerifyingKeys = {
  /** For verifying: next, active or retiring. */
  find(kid: string): PlaybackKey | undefined
  /** Reads them again for a token with an unknown key id; at most every five seconds. Never rejects. */
  refresh(): Promise<void>
  close(): void
}

export type PlaybackKeys = VerifyingKeys & {
  /** The key that signs now. */
  signing(): PlaybackKey
}

export type KeysDeps = {
  documents: Documents
  log: Log
  clock: Clock
  /** Of the longest video that is accepted (SLUICE_MAX_DURATION_HOURS). */
  longestTokenMs: number
}

const reloadEveryMs = 60_000
const refreshEveryMs = 5_000

type Held = PlaybackKey & { document: SigningKey }

/** Loads the keys, makes the first one where there is none, and rotates them monthly. Rejects when the store stays away. */
export async function openKeys(deps: KeysDeps): Promise<PlaybackKeys> {
  let held = new Map<string, Held>()
  const flight = new SingleFlight<void>()
  // The same call rotates when it is time: every process looks, put-if-absent picks one.
  const load = () =>
    flight.run('keys', async () => {
      const keys = await rotateKeys(deps.documents, deps.clock, { longestTokenMs: deps.longestTokenMs })
      held = new Map(keys.map((key) => [key.kid, holdKey(key, held.get(key.kid))]))
    })
  const reload = () => load().catch((error: unknown) => deps.log.warn({ error }, 'signing keys could not be read; the ones in memory stay'))

  await retry(load, { attempts: 5, baseMs: 200, maxMs: 3000 })
  const timer = setInterval(reload, reloadEveryMs)
  timer.unref()
  let lastRefresh = deps.clock()
  return {
    signing() {
      const documents = [...held.values()].map((one) => one.document)
      // A clock that was set back leaves none that may sign: the first one is known everywhere all the same.
      return held.get((activeKey(documents, deps.clock()) ?? documents[0]!).kid)!
    },
    find: (kid) => held.get(kid),
    async refresh() {
      if (deps.clock() - lastRefresh < refreshEveryMs) return
      lastRefresh = deps.clock()
      await reload()
    },
    close: () => clearInterval(timer),
  }
}

const holdKey = (key: SigningKey, before: Held | undefined): Held =>
  before?.document.secret === key.secret
    ? before
    : { kid: key.kid, secret: Buffer.from(key.secret, 'base64url'), document: key }

/** The signing keys of a cache edge, and which videos were withdrawn, fetched from the api every minute; the last ones stay while it is away. */
import type { EdgeKeysAnswer } from '@sluice/contract'
import { SingleFlight } from '../../base/once.ts'
import { DriverUnavailable } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Clock } from '../../base/time.ts'
import type { VerifyingKeys } from './keys.ts'
import type { PlaybackKey } from './token.ts'

export type FetchedKeysOptions = {
  /** Of the api (GET /api/v1/edge-keys). */
  origin: string
  /** SLUICE_EDGE_KEYS_SECRET. */
  secret: string
  log: Log
  clock: Clock
}

/** Of videos that were deleted or made private since their tokens were given out. */
export type FetchedKeys = VerifyingKeys & { isWithdrawn(videoId: string): boolean }

const reloadEveryMs = 60_000
const refreshEveryMs = 5_000
const patienceMs = 10_000

/** Rejects with DriverUnavailable when they can't be had at the start. */
export async function fetchKeys({ origin, secret, log, clock }: FetchedKeysOptions): Promise<FetchedKeys> {
  let held = new Map<string, PlaybackKey>()
  let gone = new Set<string>()
  const flight = new SingleFlight<void>()
  const load = () =>
    flight.run('keys', async () => {
      try {
        const answer = await fetch(`${origin}/api/v1/edge-keys`, { headers: { authorization: `Bearer ${secret}` }, redirect: 'error', signal: AbortSignal.timeout(patienceMs) })
        if (!answer.ok) throw new Error(`it answered ${answer.status}`)
        const { keys, withdrawn } = (await answer.json()) as EdgeKeysAnswer
        if (keys.length === 0) throw new Error('it has none yet')
        held = new Map(keys.map(({ kid, secret: text }) => [kid, { kid, secret: Buffer.from(text, 'base64url') }]))
        gone = new Set(withdrawn)
      } catch (error) {
        throw new DriverUnavailable('the signing keys could not be fetched', { cause: error })
      }
    })
  const reload = () => load().catch((error: unknown) => log.warn({ err: error }, 'signing keys could not be fetched; the ones in memory stay'))

  await load()
  const timer = setInterval(reload, reloadEveryMs)
  timer.unref()
  let lastRefresh = clock()
  return {
    find: (kid) => held.get(kid),
    isWithdrawn: (videoId) => gone.has(videoId),
    async refresh() {
      if (clock() - lastRefresh < refreshEveryMs) return
      lastRefresh = clock()
      await reload()
    },
    close: () => clearInterval(timer),
  }
}

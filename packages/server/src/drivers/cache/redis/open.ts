/** The cache port on Redis or Valkey. Whatever is wrong with it, a call answers soon, and as if nothing were cached. */
import { createClient } from '@redis/client'
import { DriverUnavailable } from '../../../base/errors.ts'
import type { Log } from '../../../base/log.ts'
import { backoffMs } from '../../../base/retry.ts'
import { systemClock, type Clock } from '../../../base/time.ts'
import type { Cache } from '../../../ports/cache.ts'
import { openOwnCounters } from './own-counters.ts'

export type RedisCacheOptions = {
  /** redis:// or, with TLS, rediss://; may hold a user and a password. */
  url: string
  /** A call that takes longer is given up; 250 ms. */
  timeoutMs?: number
  clock?: Clock
  log?: Log
}

const keyPrefix = 'sluice:'
/** After a call that took too long the server is left alone for so long: requests do not queue up behind it. */
const restMs = 1000
const defaultTimeoutMs = 250

/** INCRBY, and the expiry with the first one: in one step, so no counter stays for ever. */
const incrementScript = `local n = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return n`

/** Connects in the background, again and again. While the server is away counters count in this process. */
export function openRedisCache(options: RedisCacheOptions): Cache {
  const { timeoutMs = defaultTimeoutMs, log, clock = systemClock } = options
  const own = openOwnCounters(clock)
  let restsUntil = 0
  let isAway = false

  const wentAway = (error: Error) => {
    if (!isAway) log?.warn({ err: new Error(error.message) }, 'the cache is away: everything goes on without it')
    isAway = true
  }
  const isBack = () => {
    if (isAway) log?.info({}, 'the cache is back')
    isAway = false
    restsUntil = 0
  }
  const open = () => connectTo(options.url, wentAway, isBack)
  let client = open()
  let isClosed = false

  /** A connection may have died without a word, and answers still to come would hold up the next ones: a new one. */
  function giveUp(silent: typeof client): void {
    restsUntil = performance.now() + restMs
    if (silent !== client || isClosed) return
    client = open()
    silent.destroy()
  }

  /** Rejects within the time-out, at once while the server rests or is not connected. */
  async function ask<T>(call: (client: ReturnType<typeof connectTo>) => Promise<T>): Promise<T> {
    const asked = client
    if (!asked.isReady || performance.now() < restsUntil) throw new DriverUnavailable('the cache is away')
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(() => {
        reject(new DriverUnavailable(`no answer within ${timeoutMs} ms`))
        giveUp(asked)
      }, timeoutMs)
    })
    try {
      return await Promise.race([call(asked), late])
    } catch (error) {
      wentAway(error as Error)
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  return {
    async get<T>(key: string) {
      try {
        const json = await ask((client) => client.get(keyPrefix + key))
        return json === null ? undefined : (JSON.parse(json) as T)
      } catch {
        return undefined
      }
    },
    async set(key, value, ttlSeconds) {
      const json = JSON.stringify(value)
      if (json === undefined) throw new TypeError('a value is plain JSON')
      await ask((client) => client.set(keyPrefix + key, json, { expiration: { type: 'PX', value: milliseconds(ttlSeconds) } })).catch(() => {})
    },
    async increment(key, by, ttlSeconds) {
      try {
        return Number(await ask((client) => client.eval(incrementScript, { keys: [keyPrefix + key], arguments: [String(by), String(milliseconds(ttlSeconds))] })))
      } catch {
        return own.increment(key, by, ttlSeconds)
      }
    },
    async invalidate(keys) {
      if (keys.length > 0) await ask((client) => client.del(keys.map((key) => keyPrefix + key))).catch(() => {})
    },
    async ping() {
      await ask((client) => client.ping())
    },
    async close() {
      isClosed = true
      client.destroy()
    },
  }
}

const milliseconds = (seconds: number): number => Math.max(1, Math.ceil(seconds * 1000))

/** Tries again for ever, in the background. */
function connectTo(url: string, wentAway: (error: Error) => void, isBack: () => void) {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    commandsQueueMaxLength: 10_000,
    socket: { connectTimeout: 2000, reconnectStrategy: (tries) => backoffMs(Math.min(tries + 1, 6), 100, 2000) },
  })
  client.on('error', wentAway)
  client.on('ready', isBack)
  client.connect().catch(wentAway)
  return client
}

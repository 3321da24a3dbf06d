/** Keeps the token in a playback's addresses good: a new one is fetched before the old one expires, and put in its place. */

export type SignedUrl = { dashUrl: string; /** Milliseconds since the epoch, by the server's clock. */ expiresAt: number }

/** It is fetched this long ahead, or when half its life is over if that is later. */
const aheadMs = 10 * 60_000
/** After one that could not be fetched. */
const againMs = 15_000

const tokenIn = (url: string): string | undefined => /\/p\/([^/]+)\//.exec(url)?.[1]
/** `/v/<id>/<revision>/`: a token opens that alone. */
const opensIn = (url: string): string | undefined => /\/p\/[^/]+(\/v\/[^/]+\/[^/]+\/)/.exec(url)?.[1]

export type Renewal = {
  /** The address with the newest token. Waits only when the old one has expired; never rejects. */
  refreshed(url: string): Promise<string>
  /** A newer answer to the same question came by another way. */
  adopt(next: SignedUrl): void
  /** The server said that it has expired (a clock that is wrong): fetches another. False when there is none. */
  renewNow(): Promise<boolean>
}

/** `fetchAgain` asks for the same video again. A stream that was encoded anew meanwhile is not mixed into this one. */
export function createRenewal(first: SignedUrl, fetchAgain: () => Promise<SignedUrl>, clock: () => number = Date.now): Renewal {
  const old = new Set([tokenIn(first.dashUrl)])
  let token = tokenIn(first.dashUrl)
  let expiresAt = first.expiresAt
  let since = clock()
  let notBefore = 0
  let running: Promise<boolean> | undefined

  const adopt = (next: SignedUrl): boolean => {
    const nextToken = tokenIn(next.dashUrl)
    // The same token again: its window is not over for the server.
    if (nextToken === undefined || nextToken === token || opensIn(next.dashUrl) !== opensIn(first.dashUrl)) return false
    old.add(nextToken)
    token = nextToken
    expiresAt = next.expiresAt
    since = clock()
    return true
  }

  const renew = (): Promise<boolean> =>
    (running ??= fetchAgain()
      .then(adopt)
      .catch(() => false)
      .then((isNew) => {
        if (!isNew) notBefore = clock() + againMs
        running = undefined
        return isNew
      }))

  const isDue = (): boolean => clock() > expiresAt - Math.min(aheadMs, (expiresAt - since) / 2) && clock() >= notBefore

  return {
    async refreshed(url) {
      const mine = tokenIn(url)
      if (mine === undefined || !old.has(mine)) return url
      const renewing = isDue() ? renew() : running
      if (renewing && clock() >= expiresAt) await renewing
      return mine === token ? url : url.replace(`/p/${mine}/`, `/p/${token}/`)
    },
    adopt: (next) => void adopt(next),
    renewNow: renew,
  }
}

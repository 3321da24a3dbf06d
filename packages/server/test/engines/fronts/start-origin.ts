/** A Sluice edge as the origin of a cache: it counts its requests, and can be taken down and brought back at its port. */
import type { TestContext } from 'node:test'
import type { EdgeKeysAnswer } from '@sluice/contract'
import { clientAddresses } from '../../../src/http/client-address.ts'
import { askedOf, makeHead, sendAnswer, type Answer, type Asked } from '../../../src/http/lean/answer.ts'
import { listen, type Listener } from '../../../src/http/listen.ts'
import type { RawHandler } from '../../../src/http/raw-handler.ts'
import { playbackPrefix } from '../../../src/domain/keys.ts'
import type { Plan } from '../../../src/domain/plan.ts'
import { readSigningKeys } from '../../../src/records/signing-key.ts'
import { createEdge } from '../../../src/stream/edge/edge.ts'
import { openKeys, type PlaybackKeys } from '../../../src/stream/sign/keys.ts'
import { accountViewer, guestViewer, sessionId } from '../../../src/stream/sign/session.ts'
import { mintToken, type PlaybackKey } from '../../../src/stream/sign/token.ts'
import { openStage, type Stage } from '../../stream/open-stage.ts'

export type Opens = { exp?: number; ip?: string; key?: PlaybackKey; accountId?: string; viewer?: string }

export type Origin = Stage & {
  port: number
  keys: PlaybackKeys
  /** Requests that came in. */
  requests: number
  /** `/p/<token>/v/<id>/<e>/`. */
  path(plan: Plan, opens?: Opens): string
  /** As GET /edge-keys answers it. */
  feed(withdrawn?: string[]): Promise<EdgeKeysAnswer>
  goDown(): Promise<void>
  comeBack(): Promise<void>
}

/** Holds as long as in earnest: the caches' time-outs are measured against it. Its posters are fresh for a second only. */
export async function startOrigin(t: TestContext, trustedProxy: string): Promise<Origin> {
  const stage = await openStage(t)
  const keys = await openKeys({ ...stage, longestTokenMs: 86_400_000 })
  const edge = createEdge({ ...stage, keys, memoryBytes: 64 * 2 ** 20, addressOf: clientAddresses(trustedProxy) })
  const answered = (asked: Asked): ReturnType<typeof edge.answer> => {
    origin.requests++
    const given = edge.answer(asked)
    return given !== undefined && asked.url.startsWith('/posters/') ? Promise.resolve(given).then(withShortLife) : given
  }
  const handle: RawHandler = (request, response) => {
    const given = answered(askedOf(request))
    if (given === undefined) return edge.handle(request, response)
    void Promise.resolve(given).then((answer) => sendAnswer(request, response, answer))
    return true
  }
  let listener: Listener | undefined
  const start = async (port: number): Promise<void> => {
    listener = await listen({ port, host: '127.0.0.1', handlers: [handle], lean: answered, app: (_request, response) => void response.writeHead(418).end() })
  }
  const origin: Origin = {
    ...stage,
    port: 0,
    keys,
    requests: 0,
    path(plan, { exp = farAway, ip, key = keys.signing(), accountId, viewer = 'test' } = {}) {
      const prefix = playbackPrefix(plan.videoId, plan.revision)
      const who = accountId === undefined ? guestViewer('127.0.0.1', viewer) : accountViewer(accountId)
      return `/p/${mintToken(key, { prefix, exp, sid: sessionId(key, who, plan.videoId, exp), ...(ip !== undefined && { ip }) })}${prefix}`
    },
    feed: async (withdrawn = []) => ({ keys: (await readSigningKeys(stage.documents)).map(({ kid, secret }) => ({ kid, secret })), withdrawn }),
    goDown: async () => {
      await listener!.close(0)
      listener = undefined
    },
    comeBack: () => start(origin.port),
  }
  await start(0)
  origin.port = listener!.port
  t.after(async () => {
    edge.close()
    keys.close()
    await listener?.close(0)
  })
  return origin
}

/** For every clock that takes part: the stage's stands still, the caches' go on. */
const farAway = 2_000_000_000
export const longAgo = 1_700_000_000

/** A cache's five minutes become a second. */
function withShortLife({ head, also, ...rest }: Answer): Answer {
  const shortened = (fields: readonly string[]) => fields.map((field) => (field === 'public, max-age=300' ? 'public, max-age=1' : field))
  return { ...rest, head: makeHead(shortened(head.fields)), also: shortened(also) }
}

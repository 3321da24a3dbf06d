/** An edge over another edge, listening on loopback until the test ends it. */
import type { Log } from '../../src/base/log.ts'
import type { Clock } from '../../src/base/time.ts'
import type { ClientAddress } from '../../src/http/client-address.ts'
import { listen } from '../../src/http/listen.ts'
import type { DiskTier } from '../../src/stream/cache/disk.ts'
import { openOrigin } from '../../src/stream/edge/ask-origin.ts'
import { createEdgeOver } from '../../src/stream/edge/edge.ts'
import { openOriginSource } from '../../src/stream/edge/from-origin.ts'
import type { FetchedKeys } from '../../src/stream/sign/fetched-keys.ts'

export type EdgeOverOptions = { origin: string; keys: FetchedKeys; log: Log; clock: Clock; memoryBytes?: number; disk?: DiskTier; addressOf?: ClientAddress }

/** `origin` of the options is the edge behind it, that of the answer its own. */
export async function startEdgeOver({ origin, keys, clock, memoryBytes = 2 ** 26, ...others }: EdgeOverOptions): Promise<{ origin: string; close(): Promise<void> }> {
  const edge = createEdgeOver({ ...others, keys, clock, memoryBytes }, (tiers) => openOriginSource({ origin: openOrigin(origin), tiers, clock, keys }))
  const listener = await listen({ port: 0, host: '127.0.0.1', handlers: [edge.handle], lean: edge.answer, app: (_request, response) => void response.writeHead(418).end() })
  return {
    origin: `http://127.0.0.1:${listener.port}`,
    async close() {
      await edge.close()
      await listener.close(0)
    },
  }
}

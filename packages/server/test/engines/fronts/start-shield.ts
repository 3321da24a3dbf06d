/** The built-in edge over the origin: it shares the signing keys, fetched from a server that stands for the api. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Log } from '../../../src/base/log.ts'
import { clientAddresses } from '../../../src/http/client-address.ts'
import { fetchKeys } from '../../../src/stream/sign/fetched-keys.ts'
import { startEdgeOver } from '../../stream/start-edge-over.ts'
import type { StartFront } from './front.ts'

export const startShield: StartFront = async (t, { originPort, feed, trustedProxy, clock }) => {
  const lines: string[] = []
  const write = (fields: object, message: string) => void lines.push(`${message} ${JSON.stringify(fields)}`)
  const log: Log = { debug: write, info: write, warn: write, error: write, child: () => log }
  let current = feed
  const api = createServer((request, response) => {
    const isKnown = request.url === '/api/v1/edge-keys' && request.headers.authorization === 'Bearer of this test'
    response.writeHead(isKnown ? 200 : 404, { 'content-type': 'application/json' }).end(isKnown ? JSON.stringify(current) : '{}')
  })
  await new Promise<void>((resolve) => api.listen(0, '127.0.0.1', resolve))
  let ahead = 0
  const own = () => clock() + ahead
  const keys = await fetchKeys({ origin: `http://127.0.0.1:${(api.address() as AddressInfo).port}`, secret: 'of this test', log, clock: own })
  const shield = await startEdgeOver({ origin: `http://127.0.0.1:${originPort}`, keys, addressOf: clientAddresses(trustedProxy), log, clock: own })
  t.after(async () => {
    keys.close()
    await shield.close()
    api.close()
  })
  return {
    origin: shield.origin,
    // A minute goes by: keys and what the origin said of tokens are asked for again.
    async take(fresh) {
      current = fresh
      ahead += 60_000
      await keys.refresh()
    },
    logsRequests: false,
    logs: async () => lines.join('\n'),
  }
}

/** A line between a browser and a server on loopback: all connections share what the trace gives in that second. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import type { NetworkTrace } from './network-trace.ts'

export type ThrottlingProxy = {
  origin: string
  /** From here on the trace runs; before, and after its end, its first and its last rate hold. */
  start(): void
  close(): Promise<void>
}

const tickMs = 20
/** What a connection may hold unsent, as a router's queue does. */
const queueBytes = 32 * 1024

/** Towards the server nothing is slow: requests are small. */
export async function startThrottlingProxy(target: { port: number }, trace: NetworkTrace): Promise<ThrottlingProxy> {
  let startedAt: number | undefined
  const lines = new Map<Socket, Buffer[]>()

  const rate = (): number => {
    const second = startedAt === undefined ? 0 : Math.floor((performance.now() - startedAt) / 1000)
    return trace.bitsPerSecond[Math.min(second, trace.bitsPerSecond.length - 1)]!
  }
  const server = createServer((client) => {
    const upstream = connect(target.port, '127.0.0.1')
    const queue: Buffer[] = []
    let queued = 0
    lines.set(client, queue)
    client.on('data', (bytes) => void wait(trace.latencyMs).then(() => upstream.writable && upstream.write(bytes)))
    upstream.on('data', (bytes) => {
      queue.push(bytes)
      queued += bytes.length
      if (queued > queueBytes) upstream.pause()
    })
    client.on('sent', (bytes: number) => {
      queued -= bytes
      if (queued <= queueBytes) upstream.resume()
    })
    const end = () => {
      lines.delete(client)
      client.destroy()
      upstream.destroy()
    }
    for (const socket of [client, upstream]) socket.on('error', end)
    client.on('close', end)
    upstream.on('close', () => (queue.length === 0 ? end() : client.once('drained', end)))
  })

  let budget = 0
  let lastMs = performance.now()
  let turn = 0
  const timer = setInterval(() => {
    const now = performance.now()
    budget = Math.min(budget + ((now - lastMs) / 1000) * (rate() / 8), (rate() / 8) * 0.1)
    lastMs = now
    // Connections take turns by small pieces.
    for (let idle = 0; budget >= 1 && idle < lines.size; ) {
      const all = [...lines]
      const [client, queue] = all[turn++ % all.length]!
      const first = queue[0]
      if (!first) {
        idle++
        continue
      }
      idle = 0
      const bytes = first.subarray(0, Math.min(1400, Math.floor(budget)))
      budget -= bytes.length
      if (bytes.length === first.length) queue.shift()
      else queue[0] = first.subarray(bytes.length)
      client.write(bytes)
      client.emit('sent', bytes.length)
      if (queue.length === 0) client.emit('drained')
    }
  }, tickMs)

  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    start: () => void (startedAt = performance.now()),
    async close() {
      clearInterval(timer)
      for (const client of lines.keys()) client.destroy()
      await new Promise((closed) => server.close(closed))
    },
  }
}

/** Where the source's streams really end: looked up near the claimed end, searched for where the file was cut short. */
import { readPackets, type Packet, type PacketQuery, type ProbeContext } from './probe.ts'

export type EndsQuery = {
  /** The kept streams, with the end that the file claims for each (of the source's clock), if any. */
  streams: { index: number; startSeconds: number; claimedEndSeconds?: number }[]
  /** Of the whole file; undefined in live recordings. */
  claimedEndSeconds?: number
  sizeBytes: number
}

/** A tail of this much holds the last packets of every stream that is interleaved. */
const tailSeconds = 6

/** The end of each stream that has packets, by stream index, in seconds of the source's clock. */
export async function measureEnds(context: ProbeContext, query: EndsQuery): Promise<Map<number, number>> {
  const ends = new Map<number, number>()
  const collect = (packet: Packet) => {
    if (packet.pts === undefined || !packet.isShown) return
    const end = packet.pts + (packet.duration ?? 0)
    if (end > (ends.get(packet.streamIndex) ?? -Infinity)) ends.set(packet.streamIndex, end)
  }
  const scan = (packets: PacketQuery) => readPackets(context, { timeoutSeconds: scanTimeoutSeconds(query.sizeBytes), ...packets }, collect)
  const lengthSeconds = (query.claimedEndSeconds ?? 0) - Math.min(...query.streams.map((stream) => stream.startSeconds))
  if (query.claimedEndSeconds === undefined || lengthSeconds <= tailSeconds * 2) await scan({})
  else await scan({ fromSeconds: query.claimedEndSeconds - tailSeconds })
  for (const stream of query.streams) {
    if (ends.has(stream.index) || query.claimedEndSeconds === undefined) continue
    if (stream.claimedEndSeconds !== undefined) await scan({ streamIndex: stream.index, fromSeconds: stream.claimedEndSeconds - tailSeconds })
    if (ends.has(stream.index)) continue
    const last = await searchEnd(context, stream.index, stream.startSeconds, stream.claimedEndSeconds ?? query.claimedEndSeconds)
    await scan({ streamIndex: stream.index, fromSeconds: Math.max(stream.startSeconds, last - tailSeconds) })
    if (!ends.has(stream.index)) await scan({ streamIndex: stream.index })
  }
  return ends
}

/** The latest time (to a second) from which packets can still be read: files that were cut short claim more than they hold. */
async function searchEnd(context: ProbeContext, streamIndex: number, fromSeconds: number, claimedEndSeconds: number): Promise<number> {
  let readable = fromSeconds
  let missing = claimedEndSeconds
  while (missing - readable > 1) {
    const middle = (readable + missing) / 2
    let found = false
    await readPackets(context, { streamIndex, fromSeconds: middle, count: 1 }, () => (found = true))
    if (found) readable = middle
    else missing = middle
  }
  return readable
}

/** A scan may read the whole file: a minute, and a second for every 20 MB, at most half an hour. */
const scanTimeoutSeconds = (sizeBytes: number): number => Math.min(1800, 60 + sizeBytes / 20e6)

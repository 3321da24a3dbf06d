/** Where the source's streams really end: looked up near the claimed end, searched for where the file was cut short. */
import { readPackets, type Packet, type PacketQuery, type ProbeContext } from './probe.ts'

export type EndsQuery = {
  /** The kept streams, with the end that the file claims for each (of the source's clock), if any. */
  streams: { index: number; startSeconds: number; claimedEndSeconds?: number }[]
  /** Of the whole file; undefined in live recordings. */
  claimedEndSeconds?: number
  sizeBytes: number
  /** What is found to be longer is looked at no further. */
  mostSeconds: number
}

/** A tail of this much holds the last packets of every stream that is interleaved. */
const tailSeconds = 6
/** Places that one run looks at: starting a run costs more than a look. */
const placesAtOnce = 15

/** The end of each stream that has packets, by stream index, in seconds of the source's clock. */
export async function measureEnds(context: ProbeContext, query: EndsQuery): Promise<Map<number, number>> {
  const ends = new Map<number, number>()
  const collect = (packet: Packet) => {
    if (packet.pts === undefined || !packet.isShown) return
    const end = packet.pts + (packet.duration ?? 0)
    if (end > (ends.get(packet.streamIndex) ?? -Infinity)) ends.set(packet.streamIndex, end)
  }
  const scan = (packets: PacketQuery) => readPackets(context, { timeoutSeconds: scanTimeoutSeconds(query.sizeBytes), ...packets }, collect)
  const startSeconds = Math.min(...query.streams.map((stream) => stream.startSeconds))
  const lengthSeconds = (query.claimedEndSeconds ?? 0) - startSeconds
  if (query.claimedEndSeconds === undefined || lengthSeconds <= tailSeconds * 2) await scan({})
  else await scan({ fromSeconds: query.claimedEndSeconds - tailSeconds })
  if (Math.max(...ends.values()) - startSeconds > query.mostSeconds) return ends
  for (const stream of query.streams) {
    if (ends.has(stream.index) || query.claimedEndSeconds === undefined) continue
    if (stream.claimedEndSeconds !== undefined) await scan({ streamIndex: stream.index, fromSeconds: stream.claimedEndSeconds - tailSeconds })
    if (ends.has(stream.index)) continue
    const last = await searchEnd(context, stream.index, stream.startSeconds, Math.min(stream.claimedEndSeconds ?? query.claimedEndSeconds, stream.startSeconds + query.mostSeconds + tailSeconds))
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
    const step = (missing - readable) / (placesAtOnce + 1)
    const places = Array.from({ length: placesAtOnce }, (_, index) => readable + step * (index + 1))
    let found = 0
    await readPackets(context, { streamIndex, fromSeconds: places, count: 1 }, () => found++)
    missing = readable + step * (Math.min(found, placesAtOnce) + 1)
    readable += step * Math.min(found, placesAtOnce)
  }
  return readable
}

/** A scan may read the whole file: a minute, and a second for every 20 MB, at most half an hour. */
const scanTimeoutSeconds = (sizeBytes: number): number => Math.min(1800, 60 + sizeBytes / 20e6)

/** What players say of themselves in requests (CMCD), gathered by playback: noted as it came, read a moment later, off the path of requests. */
import type { Clock } from '../../base/time.ts'
import { hourPlace, pickShard } from '../../records/audience.ts'
import { joinCounts, type Counts } from '../../records/counters.ts'
import type { GatheredCounts } from '../../records/gathered-counts.ts'
import { parseCmcd, type Cmcd } from '../cmcd.ts'

export type CmcdGatherer = {
  /** `url` of a request whose token is good. Beyond what is read in a moment, requests are not counted. */
  note(url: string): void
  /** Reads what was noted. */
  read(): void
  close(): void
}

/** At most 8000 requests a second are read: about 2 % of a core. */
const mostNoted = 4000
const everyMs = 500
/** Playbacks remembered, to see what is new and what changes; the one heard of longest ago goes first. */
const playbacksKnown = 50_000

/** The video's id has a fixed place behind the token. */
const videoIdPattern = /^\/p\/[^/?]+\/v\/([0-9a-z]{16})\//

export function openCmcdGatherer({ gathered, clock }: { gathered: Pick<GatheredCounts, 'add'>; clock: Clock }): CmcdGatherer {
  const shard = pickShard()
  /** The picture's last bit rate. */
  const playbacks = new Map<string, number | undefined>()
  let noted: string[] = []

  const countsOf = (videoId: string, cmcd: Cmcd): Counts => {
    const name = `${videoId} ${cmcd.sessionId}`
    const isNew = !playbacks.has(name)
    const before = playbacks.get(name)
    const isPicture = cmcd.objectType === 'v' || cmcd.objectType === 'av'
    playbacks.delete(name)
    playbacks.set(name, isPicture ? (cmcd.bitrateKbps ?? before) : before)
    if (playbacks.size > playbacksKnown) playbacks.delete(playbacks.keys().next().value!)
    const counts: Counts = { 'edge.requests': 1 }
    if (isNew) counts['edge.sessions'] = 1
    if (cmcd.hasStarved) counts['edge.starved'] = 1
    if (cmcd.throughputKbps) Object.assign(counts, { 'edge.measured': 1, 'edge.throughputKbps': cmcd.throughputKbps })
    if (isPicture && cmcd.bitrateKbps && cmcd.durationMs) {
      // A segment is a few seconds: what claims more is counted as a minute.
      const ms = Math.min(cmcd.durationMs, 60_000)
      Object.assign(counts, { 'edge.pictureMs': ms, 'edge.pictureKilobits': (Math.min(cmcd.bitrateKbps, 200_000) * ms) / 1000 })
      if (before !== undefined && before !== cmcd.bitrateKbps) counts['edge.switches'] = 1
    }
    return counts
  }

  const read = (): void => {
    const urls = noted
    noted = []
    const byVideo = new Map<string, Counts>()
    for (const url of urls) {
      const videoId = videoIdPattern.exec(url)?.[1]
      const cmcd = videoId === undefined ? undefined : parseCmcd(url.slice(url.indexOf('?') + 1))
      if (cmcd?.sessionId === undefined || !/^(v|a|av)$/.test(cmcd.objectType ?? '')) continue
      byVideo.set(videoId!, joinCounts(byVideo.get(videoId!) ?? {}, countsOf(videoId!, cmcd)))
    }
    const now = clock()
    for (const [videoId, counts] of byVideo) gathered.add(hourPlace(videoId, now, shard), counts)
  }
  const timer = setInterval(read, everyMs)
  timer.unref()

  return {
    note(url) {
      if (noted.length < mostNoted) noted.push(url)
    },
    read,
    close() {
      clearInterval(timer)
      read()
    },
  }
}

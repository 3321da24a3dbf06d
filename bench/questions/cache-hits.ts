/** How many requests of people who watch does the edge's cache answer, beside published policies of the same size? */
import { S3Fifo } from '../../packages/server/src/stream/cache/s3-fifo.ts'
import { Sieve } from '../../packages/server/src/stream/cache/sieve.ts'
import { median } from '../measure/statistics.ts'
import { arc, lru, minUses2, s3Fifo, wTinyLfu, type Policy } from '../peers/cache-policies.ts'
import type { Measured, Question } from '../question.ts'
import { sessionTrace, traceShape } from '../stage/session-trace.ts'

const share = 0.05

/** The edge's own index classes, put together as stream/cache/tiers.ts does: a tenth of the bytes is memory. */
function edgeCache(limitBytes: number): Policy {
  const disk = new S3Fifo<number>(limitBytes * 0.9, () => {})
  const keep = (key: string, size: number): void => disk.add(key, size, size)
  const memory = new Sieve<number>(limitBytes * 0.1, (key, size, wasHit) => {
    if (!wasHit) disk.remember(key, size)
    else if (disk.get(key) === undefined) keep(key, size)
  })
  return (key, size) => {
    if (memory.get(key) !== undefined) return true
    const onDisk = disk.get(key) !== undefined
    memory.set(key, size, size)
    if (!onDisk && disk.wants(key, size)) keep(key, size)
    return onDisk
  }
}

const contenders: Record<string, (limitBytes: number) => Policy> = {
  'edge (SIEVE over S3-FIFO)': edgeCache,
  'nginx, min_uses 2': minUses2,
  LRU: lru,
  'S3-FIFO': s3Fifo,
  ARC: arc,
  'W-TinyLFU': wTinyLfu,
}

export const question: Question = {
  name: 'cache-hits',
  question: 'Cache: hits of sessions, at 5 % of everything',
  method:
    `Simulated: ${traceShape.requests} requests of ${traceShape.atOnce} sessions at a time over ${traceShape.videos} videos chosen by Zipf's law, segment after segment; ` +
    `${traceShape.startsAtBeginning * 100} % begin at the beginning and last ${traceShape.meanWatchedShare * 100} % of the video on average. The second half is counted. A round is another seed. ` +
    "The edge's row runs its own classes, a tenth of the bytes as memory; the peers are in bench/peers/cache-policies.ts. The best peer is last.",
  rounds: 3,
  async ask({ rounds, say }) {
    const measured: Measured[] = []
    for (const exponent of [0.8, 1]) {
      const rates = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]))
      for (let round = 0; round < rounds; round++) {
        const { asked, totalBytes } = sessionTrace(exponent, round + 1)
        for (const [name, make] of Object.entries(contenders)) {
          const ask = make(totalBytes * share)
          let hits = 0
          asked.forEach(({ key, sizeBytes }, index) => {
            if (ask(key, sizeBytes) && index >= asked.length / 2) hits++
          })
          rates.get(name)!.push((hits / (asked.length / 2)) * 100)
          say(`Zipf ${exponent}, round ${round + 1}, ${name}: ${rates.get(name)!.at(-1)!.toFixed(1)} %`)
        }
      }
      const [own, ...peers] = [...rates].map(([name, samples]) => ({ name, samples }))
      measured.push({ title: `Zipf ${exponent}: requests answered from the cache`, unit: '%', better: 'higher', rows: [own!, ...peers.sort((a, b) => median(a.samples) - median(b.samples))] })
    }
    return measured
  },
}

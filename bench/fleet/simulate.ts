/** One simulation: starts the fleet, lets people upload and watch, takes encoders away, and counts. */
import { seededRandom } from '../../packages/server/test/e2e/seeded-random.ts'
import { quantiles } from '../measure/statistics.ts'
import { exponential } from './draws.ts'
import { startSimulatedEncoder, type SimulatedEncoder } from './encoder.ts'
import { idealWaits, openingsAlone } from './ideal.ts'
import type { Tally } from './processor.ts'
import type { Outcome, Quantiles, Scenario } from './scenario.ts'
import { uploadAllAlong } from './uploads.ts'
import { watchWhatIsNew } from './viewers.ts'
import type { VirtualTime } from './virtual-time.ts'
import { openWorld } from './world.ts'

/** All start within the time that a take waits, so that they do not ask in step. */
const startWithinMs = 10_000
/** From an encoder's end to the next one in its place. */
const replacedAfterMs = 60_000
/** What was uploaded last has this long to become playable. */
const afterwardsSeconds = 30
const idealDraws = 20_000

export async function simulate(scenario: Scenario, time: VirtualTime): Promise<Outcome> {
  const world = openWorld(scenario)
  const chance = seededRandom(scenario.seed + 2)
  const fleet = new Map<number, SimulatedEncoder>()
  const gone: Tally = { busy: 0, working: 0, wasted: 0 }
  const lost = { kills: 0, drains: 0 }

  const start = (index: number): void => void fleet.set(index, startSimulatedEncoder(world))
  for (let index = 0; index < scenario.encoders; index++) setTimeout(() => start(index), chance() * startWithinMs)

  /** One of them goes, by a Poisson process over the fleet, and comes back as another. */
  const loseOne = (everySeconds: number, how: (encoder: SimulatedEncoder) => void | Promise<void>): void => {
    setTimeout(() => {
      loseOne(everySeconds, how)
      const index = Math.floor(chance() * scenario.encoders)
      const encoder = fleet.get(index)
      if (!encoder) return
      fleet.delete(index)
      void Promise.resolve(how(encoder)).then(() => {
        add(gone, encoder.tally())
        setTimeout(() => start(index), replacedAfterMs)
      })
    }, exponential(chance, (everySeconds * 1000) / scenario.encoders))
  }
  loseOne(scenario.faults.killEverySeconds, (encoder) => {
    lost.kills++
    encoder.kill()
  })
  loseOne(scenario.faults.drainEverySeconds, (encoder) => {
    lost.drains++
    return encoder.stop()
  })

  const from = scenario.warmUpSeconds * 1000
  const to = from + scenario.seconds * 1000
  const inTime = (milliseconds: number): boolean => milliseconds >= from && milliseconds < to
  const playable: { atMs: number; seconds: number }[] = []
  const ready: number[] = []
  const segments: number[] = []
  let failed = 0
  world.listeners.playable.push(({ uploadedAtMs, playableAtMs }) => void (inTime(uploadedAtMs) && playable.push({ atMs: uploadedAtMs, seconds: (playableAtMs! - uploadedAtMs) / 1000 })))
  world.listeners.ready.push(({ uploadedAtMs, endedAtMs }) => void (inTime(endedAtMs!) && ready.push((endedAtMs! - uploadedAtMs) / 1000)))
  world.listeners.failed.push(() => void failed++)
  watchWhatIsNew(world, seededRandom(scenario.seed + 3), (seconds) => void (inTime(time.now()) && segments.push(seconds)))
  const uploads: number[] = []
  let work = 0
  void uploadAllAlong(world, scenario, seededRandom(scenario.seed + 4), (atMs, upload) => {
    if (!inTime(atMs)) return
    uploads.push(atMs)
    work += upload.seconds * upload.difficulty
  })

  const tallyNow = (): Tally => [...fleet.values()].reduce((sum, encoder) => add(sum, encoder.tally()), { ...gone })
  const countsNow = () => ({ ...tallyNow(), ...lost, requests: world.queue.requests(), calls: world.documents.calls.reads + world.documents.calls.writes })
  await time.runUntil(from)
  const before = countsNow()
  const parts: { busy: number }[] = []
  const partCount = scenario.day ? 24 : 1
  let last = before.busy
  for (let part = 1; part <= partCount; part++) {
    await time.runUntil(from + (part * scenario.seconds * 1000) / partCount)
    const { busy } = tallyNow()
    parts.push({ busy: busy - last })
    last = busy
  }
  const after = countsNow()
  await time.runUntil(to + afterwardsSeconds * 1000)
  for (const encoder of fleet.values()) encoder.kill()
  const alone = openingsAlone(idealDraws, scenario.cores, chance)
  await time.runUntil(time.now() + 60_000)
  const since = <Name extends keyof typeof after>(name: Name): number => after[name] - before[name]
  // Who is not playable by now has waited for longer than anybody.
  const late = Array.from({ length: uploads.length - playable.length }, () => Infinity)
  const partSeconds = scenario.seconds / partCount
  const partOf = (atMs: number): number => Math.floor((atMs - from) / 1000 / partSeconds)
  return {
    uploads: uploads.length,
    work,
    playable: quantilesOf([...playable.map(({ seconds }) => seconds), ...late]),
    ready: quantilesOf(ready),
    segment: { ...quantilesOf(segments), count: segments.length },
    busy: since('busy'),
    working: since('working'),
    wasted: since('wasted'),
    available: scenario.encoders * scenario.seconds,
    readyCount: ready.length,
    failed,
    kills: since('kills'),
    drains: since('drains'),
    queueRequests: since('requests') / scenario.seconds,
    documentCalls: since('calls') / scenario.seconds,
    parts: parts.map(({ busy }, part) => ({
      uploads: uploads.filter((atMs) => partOf(atMs) === part).length,
      playable: quantilesOf(playable.filter(({ atMs }) => partOf(atMs) === part).map(({ seconds }) => seconds)),
      utilisation: busy / (scenario.encoders * partSeconds),
    })),
    ideal: quantilesOf(idealWaits(await alone, { encoders: scenario.encoders, perSecond: scenario.uploadsPerSecond }, chance)),
  }
}

function add(sum: Tally, one: Tally): Tally {
  for (const name of Object.keys(sum) as (keyof Tally)[]) sum[name] += one[name]
  return sum
}

function quantilesOf(samples: number[]): Quantiles {
  const [p50, p95, p99] = quantiles(samples, [0.5, 0.95, 0.99])
  return { p50: p50!, p95: p95!, p99: p99! }
}

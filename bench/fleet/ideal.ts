/** The limit: a fleet without stores, queues and failures, where every opening has the next free encoder for itself (M/G/k, first come first served). */
import { exponential, type Random } from './draws.ts'
import { openProcessor } from './processor.ts'
import type { Cost } from './task-times.ts'
import * as times from './task-times.ts'

/** Draws of how long an opening takes on an encoder that has nothing else to do. Time has to pass for it. */
export async function openingsAlone(count: number, cores: number, random: Random): Promise<number[]> {
  return Promise.all(Array.from({ length: count }, async () => {
    const processor = openProcessor(cores)
    const started = performance.now()
    const difficulty = times.drawDifficulty(random)
    const run = ({ cpuSeconds, width }: Cost) => processor.run({ cpuSeconds: cpuSeconds * difficulty * times.drawRun(random), width, nice: 0 })
    await run(times.probe)
    await Promise.all([run(times.openingPicture), run(times.checks).then(() => run(times.sound(4)))])
    return (performance.now() - started) / 1000
  }))
}

/** Seconds from arrival to the end of service, of openings alone: whatever else an ideal fleet does stands back for them. */
export function idealWaits(services: number[], { encoders, perSecond }: { encoders: number; perSecond: number }, random: Random): number[] {
  const freeAt = new Float64Array(encoders)
  let now = 0
  return services.map((service) => {
    now += exponential(random, 1 / perSecond)
    let first = 0
    for (let index = 0; index < encoders && freeAt[first]! > now; index++) if (freeAt[index]! < freeAt[first]!) first = index
    freeAt[first] = Math.max(now, freeAt[first]!) + service
    return freeAt[first]! - now
  })
}

/** People who upload: mostly one video, sometimes many at once; a minute long on the average. */
import { sleep } from '../../packages/server/src/base/time.ts'
import { newId } from '../../packages/server/src/domain/keys.ts'
import { exponential, logNormal, type Random } from './draws.ts'
import type { Scenario } from './scenario.ts'
import { drawDifficulty } from './task-times.ts'
import type { World } from './world.ts'

/** Printed with the answer. */
export const uploadsAssumed = { meanSeconds: 60, lengthSpread: 1, longestSeconds: 3600, shareInBatches: 0.05, batch: 8 }

/** Uploads a second at that moment: the fewest at the beginning of the day, the most in its middle. */
export const rateAt = ({ uploadsPerSecond, day }: Pick<Scenario, 'uploadsPerSecond' | 'day'>, seconds: number): number =>
  day ? uploadsPerSecond * (1 - day.swing * Math.cos((2 * Math.PI * seconds) / day.seconds)) : uploadsPerSecond

/** A Poisson process, thinned to the rate of the moment (Lewis and Shedler 1979). Ends with the time. */
export async function uploadAllAlong(world: World, scenario: Scenario, random: Random, onUpload: (atMs: number, upload: { seconds: number; difficulty: number }) => void): Promise<void> {
  const { shareInBatches, batch } = uploadsAssumed
  const visitsPerUpload = 1 - shareInBatches + shareInBatches / batch
  const most = scenario.uploadsPerSecond * (1 + (scenario.day?.swing ?? 0)) * visitsPerUpload
  const end = (scenario.warmUpSeconds + scenario.seconds) * 1000
  let atMs = 0
  while ((atMs += exponential(random, 1000 / most)) < end) {
    if (random() * most > rateAt(scenario, atMs / 1000) * visitsPerUpload) continue
    const waitMs = atMs - performance.now()
    if (waitMs > 0) await sleep(waitMs)
    const accountId = newId()
    const isBatch = random() < shareInBatches / batch / visitsPerUpload
    for (let count = isBatch ? batch : 1; count > 0; count--) {
      const upload = { seconds: drawSeconds(random), difficulty: drawDifficulty(random) }
      onUpload(performance.now(), upload)
      void world.upload({ ...upload, accountId })
    }
  }
}

function drawSeconds(random: Random): number {
  const { meanSeconds, lengthSpread, longestSeconds } = uploadsAssumed
  return Math.min(longestSeconds, Math.max(1, logNormal(random, meanSeconds, lengthSpread)))
}

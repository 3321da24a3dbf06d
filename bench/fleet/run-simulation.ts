/** Runs a simulation in a thread of its own. */
import { Worker } from 'node:worker_threads'
import type { Outcome, Scenario } from './scenario.ts'

/** Of thirty thousand encoders and their videos; most of what is made is thrown away soon. */
const resourceLimits = { maxOldGenerationSizeMb: 10_000, maxYoungGenerationSizeMb: 256 }

export function runSimulation(scenario: Scenario): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL('./simulation-thread.ts', import.meta.url), { workerData: scenario, resourceLimits })
    thread.once('message', resolve)
    thread.once('error', reject)
    thread.once('exit', (code) => reject(new Error(`the simulation ended with ${code}`)))
  })
}

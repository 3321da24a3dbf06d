/** The thread of one simulation: its time, disk and chance are taken away before the product is loaded. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Scenario } from './scenario.ts'
import { installVirtualTime } from './virtual-time.ts'
import { takeMachineAway } from './without-machine.ts'

const scenario = workerData as Scenario
takeMachineAway(scenario)
const { simulate } = await import('./simulate.ts')
parentPort!.postMessage(await simulate(scenario, installVirtualTime()))

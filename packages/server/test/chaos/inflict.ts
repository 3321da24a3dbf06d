/** Carries a schedule of faults out on a cluster, and notes when nobody can be served whatever anyone does. */
import { setTimeout as pause } from 'node:timers/promises'
import type { Fault } from '../fixtures/faulty-proxy.ts'
import { describeStep, type Component, type Step, type StoreFault } from './schedule.ts'
import type { Cluster } from './start-cluster.ts'

export type Inflicted = {
  /** Steps that have begun. */
  begun(): number
  kills: Partial<Record<Component, number>>
  others: Record<string, number>
  /** Whether the store, or documents of one node, were away at some time from `from` to `to` (ms since the epoch). */
  wasOut(from: number, to: number): boolean
  /** Resolves when all faults are over and every process is ready; rejects when something did not come back. */
  done: Promise<void>
}

const answer = (status: string, code: string): Fault => ({
  answers: `HTTP/1.1 ${status}\r\nContent-Type: application/xml\r\nConnection: close\r\n\r\n<Error><Code>${code}</Code><Message>a fault of the tests</Message></Error>`,
})
const storeFault: Record<StoreFault, Fault> = {
  '500': answer('500 Internal Server Error', 'InternalError'),
  '503': answer('503 Slow Down', 'SlowDown'),
  cut: { cutAfterBytes: 2000 },
  refuse: 'refuse',
}

export function inflict(cluster: Cluster, steps: Step[], options: { nodes: number; log: (line: string) => void; signal: AbortSignal }): Inflicted {
  const kills: Inflicted['kills'] = {}
  const others: Inflicted['others'] = {}
  const outages: { from: number; to: number }[] = []
  let begun = 0
  /** Of one thing only one other fault is on at a time. */
  const running = new Map<string, Promise<void>>()

  async function outage(work: () => Promise<void>): Promise<void> {
    const own = { from: Date.now(), to: Infinity }
    outages.push(own)
    await work()
    await cluster.untilReady()
    own.to = Date.now()
  }

  async function kill(step: Step & { fault: 'kill' }): Promise<void> {
    const { component, index, downMs } = step
    const one = cluster.instances[component][index]!
    const work = async () => {
      await one.kill()
      kills[component] = (kills[component] ?? 0) + 1
      await pause(downMs)
      await one.start()
      await cluster.untilReady()
    }
    const takesAllDown = component === 's3' || (component === 'cassandra' && options.nodes === 1)
    await (takesAllDown ? outage(work) : work())
  }

  async function other(step: Exclude<Step, { fault: 'kill' }>): Promise<void> {
    const name = step.fault === 'store' ? `store ${step.as}` : step.fault
    if (step.fault === 'store') {
      await outage(async () => {
        cluster.store.set(storeFault[step.as])
        await pause(step.forMs)
        cluster.store.set('pass')
      })
    } else if (step.fault === 'clock') {
      cluster.setClock(step.component, step.index, step.jumpSeconds)
      await pause(step.forMs)
      cluster.setClock(step.component, step.index, 0)
    } else {
      if (!cluster.fillWorkDisk) return options.log('    (no user namespaces here: no disk is filled)')
      const makeRoom = cluster.fillWorkDisk()
      await pause(step.forMs)
      makeRoom()
    }
    others[name] = (others[name] ?? 0) + 1
  }

  async function run(): Promise<void> {
    for (const [at, step] of steps.entries()) {
      if (options.signal.aborted) break
      await pause(step.pauseMs)
      if (step.fault !== 'kill') await running.get(step.fault)
      options.log(`  ${String(at + 1).padStart(3)}. ${describeStep(step)}`)
      begun++
      if (step.fault === 'kill') await kill(step)
      else running.set(step.fault, other(step))
    }
    await Promise.all(running.values())
    await cluster.untilReady()
  }

  const done = run()
  // Awaited by the test later; until then a rejection is nobody's.
  done.catch(() => undefined)
  return { begun: () => begun, kills, others, wasOut: (from, to) => outages.some((one) => one.from <= to && one.to + graceMs >= from), done }
}

/** Connections that were held off come back a moment after all is well. */
const graceMs = 2000

/** Which faults come when: a pure function of the seed. */
import { seededRandom } from '../e2e/seeded-random.ts'

/** What can be killed. Of engines of several nodes one is. */
export const components = ['encoder', 'api', 'edge', 's3', 'redis', 'nats', 'cassandra'] as const
export type Component = (typeof components)[number]
export const storeFaults = ['500', '503', 'cut', 'refuse'] as const
export type StoreFault = (typeof storeFaults)[number]

/** `pauseMs` passes before. A kill ends before the next step begins; the other faults go on beside the steps that follow. */
export type Step = { pauseMs: number } & (
  | { fault: 'kill'; component: Component; index: number; downMs: number }
  | { fault: 'store'; as: StoreFault; forMs: number }
  | { fault: 'full-disk'; forMs: number }
  | { fault: 'clock'; component: 'encoder' | 'api' | 'edge'; index: number; jumpSeconds: number; forMs: number }
)

/** After each component was killed once, what is killed how often. */
const weights: Record<Component, number> = { encoder: 8, api: 5, edge: 4, s3: 2, redis: 1, nats: 3, cassandra: 1 }
/** Every kind of the other faults once for so many kills. */
const killsPerRound = 10

/** `kills` kills, every component among them where they suffice, and between them the other faults. `nodes`: of Cassandra and NATS. */
export function planFaults(seed: number, { kills, nodes }: { kills: number; nodes: number }): Step[] {
  const random = seededRandom(seed)
  const between = (from: number, to: number): number => Math.round(from + random() * (to - from))
  const oneOf = <T>(of: readonly T[]): T => of[Math.floor(random() * of.length)]!
  const weighted = components.flatMap((component) => Array.from({ length: weights[component] }, () => component))
  const instances: Record<Component, number> = { encoder: 2, api: 2, edge: 2, s3: 1, redis: 1, nats: nodes, cassandra: nodes }

  const kill = (component: Component): Step => ({
    pauseMs: between(200, 2500), fault: 'kill', component, index: between(0, instances[component] - 1), downMs: between(0, 2500),
  })
  const others = (): Step[] => [
    ...storeFaults.map((as): Step => ({ pauseMs: between(0, 1000), fault: 'store', as, forMs: between(1500, 5000) })),
    { pauseMs: between(0, 1000), fault: 'full-disk', forMs: between(3000, 10_000) },
    { pauseMs: between(0, 1000), fault: 'clock', component: oneOf(['encoder', 'api', 'edge'] as const), index: between(0, 1), jumpSeconds: oneOf([-110, -40, 40, 110]), forMs: between(3000, 15_000) },
  ]
  const steps = [
    ...Array.from({ length: kills }, (_, count) => kill(components[count] ?? oneOf(weighted))),
    ...Array.from({ length: Math.ceil(kills / killsPerRound) }, others).flat(),
  ]
  return shuffle(steps, random)
}

/** A line for people. */
export function describeStep(step: Step): string {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
  const after = `+${seconds(step.pauseMs)}`
  if (step.fault === 'kill') return `${after} kill -9 ${step.component} ${step.index + 1}, started again ${seconds(step.downMs)} later`
  if (step.fault === 'store') return `${after} storage: ${{ '500': 'answers 500', '503': 'answers 503 slow down', cut: 'cuts answers', refuse: 'refuses connections' }[step.as]} for ${seconds(step.forMs)}`
  if (step.fault === 'full-disk') return `${after} full disk of encoder 1 for ${seconds(step.forMs)}`
  return `${after} clock of ${step.component} ${step.index + 1} jumps by ${step.jumpSeconds} s for ${seconds(step.forMs)}`
}

function shuffle<T>(items: T[], random: () => number): T[] {
  const shuffled = [...items]
  for (let last = shuffled.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1))
    ;[shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!]
  }
  return shuffled
}

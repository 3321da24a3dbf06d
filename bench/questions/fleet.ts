/** How does a fleet of encoders behave that nobody can start here: 10 to 30,000 of them, simulated on the product's own code? */
import { assumptions } from '../../packages/cli/src/plan/assumptions.ts'
import { runSimulation } from '../fleet/run-simulation.ts'
import { usualFaults, type Outcome, type Quantiles, type Scenario } from '../fleet/scenario.ts'
import { uploadsAssumed } from '../fleet/uploads.ts'
import { viewersAssumed } from '../fleet/viewers.ts'
import type { Ask, Measured, Question } from '../question.ts'

/** Fleets with the seconds that are counted, after the warm-up: enough videos each, and no more than can be waited for. */
const fleets = [
  { encoders: 30_000, warmUpSeconds: 110, seconds: 30, shards: 4 },
  { encoders: 10_000, warmUpSeconds: 180, seconds: 60, shards: 2 },
  { encoders: 1000, warmUpSeconds: 300, seconds: 400, shards: 1 },
  { encoders: 100, warmUpSeconds: 600, seconds: 3600, shards: 1 },
  { encoders: 10, warmUpSeconds: 600, seconds: 20_000, shards: 1 },
]
/** Of the fleets that are compared. */
const comparedCores = 240
const comparedTime = { warmUpSeconds: 600, seconds: 1800, shards: 1 }
/** Policies of the ladder beside each other. */
const machines = [
  { name: 'all, 2 cores', eager: 'all', cores: 2 },
  { name: 'base, 2 cores', eager: 'base', cores: 2 },
  { name: 'all, 8 cores', eager: 'all', cores: 8 },
  { name: 'base, 8 cores', eager: 'base', cores: 8 },
] as const
type Machine = (typeof machines)[number]

const wanted = assumptions.utilisation.default
const peakFactor = assumptions['peak-factor'].default
const coreHourPrice = assumptions['core-hour-price'].default
const referenceUploadsPerDay = 50e6
const dayEncoders = 30
const dayHours = 24

const spoken = (value: object): string => JSON.stringify(value).replaceAll('"', '').replaceAll(',', ', ')

export const question: Question = {
  name: 'fleet',
  question: 'A fleet of encoders, simulated',
  method:
    "Every encoder is the product's own worker with its reconciler (loops, leases, claims, admission, plans, order of work, extras, Opus), of two cores, on a virtual clock. Replaced are ffmpeg, by runs on a model " +
    'of the processors (shared, bulk standing still while somebody waits) that take the measured time of `sluice plan` and decisions 11 and 16 with a log-normal spread; the stores, by memory with latencies; and NATS, by ' +
    'a queue with its order (streams in turn, first in line gets what comes, leases of 30 s). Not measured are the times of posters and of the quality figure. ' +
    `Uploads: ${spoken(uploadsAssumed)}, 1080p25. Viewers of what is new: ${spoken(viewersAssumed)}. Faults: ${spoken(usualFaults)}, a lost encoder is replaced after a minute. ` +
    `Arrivals are set so that encoders are busy for ${wanted * 100} % of the time, by a pilot run that tells what a video takes. Of the larger fleets only minutes of the busiest hour are simulated, after a warm-up: ` +
    `${fleets.map(({ encoders, seconds }) => `${encoders}: ${seconds} s`).join(', ')}. Busy is a slot of an encoder (one for two cores) with a task in hand; useful is the time in which it works on what is not thrown away or there already. ` +
    'The limit is an ideal fleet: no stores, no faults, every opening takes the next free encoder for itself (M/G/k). A round is another seed; the same seed gives the same figures everywhere.',
  rounds: 1,
  async ask({ rounds, say, draw }) {
    const runs: { encoders: number; outcomes: Outcome[] }[] = fleets.map(({ encoders }) => ({ encoders, outcomes: [] }))
    const compared = machines.map((machine) => ({ ...machine, outcomes: [] as Outcome[], takes: [] as number[] }))
    let day: Outcome | undefined
    for (let round = 1; round <= rounds; round++) {
      const takes = await encoderSecondsOf(machines[0], round, say)
      const simulated = (fleet: (typeof fleets)[number]) => told(say, sized(fleet.encoders), { ...scenarioOf(machines[0], round), ...fleet, uploadsPerSecond: (fleet.encoders * wanted) / takes })
      // It takes as long as all others: beside them.
      const largest = simulated(fleets[0]!)
      for (const [index, fleet] of fleets.entries()) if (index > 0) runs[index]!.outcomes.push(await simulated(fleet))
      for (const machine of compared) {
        const own = machine === compared[0] ? takes : await encoderSecondsOf(machine, round, say)
        const encoders = comparedCores / machine.cores
        machine.takes.push(own)
        machine.outcomes.push(await told(say, machine.name, { ...scenarioOf(machine, round), ...comparedTime, encoders, uploadsPerSecond: (encoders * wanted) / own }))
      }
      day ??= await told(say, 'a day', {
        ...scenarioOf(machines[0], round), encoders: dayEncoders, shards: 1, uploadsPerSecond: (dayEncoders * wanted) / peakFactor / takes,
        day: { swing: peakFactor - 1, seconds: dayHours * 3600 }, warmUpSeconds: 0, seconds: dayHours * 3600,
      })
      runs[0]!.outcomes.push(await largest)
    }
    drawSizes(runs, draw)
    drawDay(day!, draw)
    return [...byFleet(runs), ...byMachine(compared)]
  },
}

const scenarioOf = ({ eager, cores }: Machine, round: number): Pick<Scenario, 'seed' | 'eager' | 'cores' | 'faults'> => ({ seed: round * 100, eager, cores, faults: usualFaults })

/** What a video takes of an encoder, all in all, on a fleet that is half busy; reckoned for videos of the mean length. */
async function encoderSecondsOf(machine: Machine, round: number, say: Ask['say']): Promise<number> {
  const [encoders, guess] = [100, 180]
  const { busy, work } = await runSimulation({ ...scenarioOf(machine, round), encoders, shards: 1, uploadsPerSecond: (encoders * 0.5) / guess, warmUpSeconds: 600, seconds: 3600 })
  const takes = (busy / work) * uploadsAssumed.meanSeconds
  say(`${machine.name}: ${takes.toFixed(1)} encoder-seconds a video`)
  return takes
}

async function told(say: Ask['say'], name: string, scenario: Scenario): Promise<Outcome> {
  const outcome = await runSimulation(scenario)
  const { playable, uploads, busy, working, wasted, available } = outcome
  say(`${name}: ${uploads} uploads, playable after ${spokenOf(playable)}, utilisation ${(busy / available).toFixed(3)}, of no use ${(wasted / busy).toFixed(4)}, in hand without work ${(1 - working / busy).toFixed(4)}`)
  return outcome
}

const spokenOf = ({ p50, p95, p99 }: Quantiles): string => `${p50.toFixed(2)} / ${p95.toFixed(2)} / ${p99.toFixed(2)} s`
const efficiencyOf = ({ busy, working, wasted }: Outcome): number => (working - wasted) / busy
const sized = (encoders: number): string => `${encoders.toLocaleString('en-US')} encoders`
const dollarsOf = ({ available, uploads }: Outcome, cores: number): number => ((available / 3600) * cores * coreHourPrice * 1000) / uploads

function byFleet(runs: { encoders: number; outcomes: Outcome[] }[]): Measured[] {
  const rows = (value: (outcome: Outcome) => number) => runs.map(({ encoders, outcomes }) => ({ name: sized(encoders), samples: outcomes.map(value) }))
  const largest = runs[0]!.outcomes
  const lost = (['kills', 'drains', 'failed'] as const).map((name) => `${name} ${largest.reduce((sum, outcome) => sum + outcome[name], 0)}`).join(', ')
  return [
    ...(['p50', 'p95', 'p99'] as const).map((name): Measured => ({
      title: `From the last byte to playable, ${name}`, unit: 's', better: 'lower',
      rows: [...rows(({ playable }) => playable[name]), { name: 'ideal fleet', samples: largest.map(({ ideal }) => ideal[name]) }],
    })),
    { title: 'Efficiency: useful share of busy encoder-seconds', unit: 'share', better: 'higher', rows: [...rows(efficiencyOf), { name: 'ideal fleet', samples: [1] }], note: `In the largest fleet: ${lost}.` },
    { title: 'Utilisation: busy share of all encoder-seconds', unit: 'share', better: 'higher', rows: rows(({ busy, available }) => busy / available), note: `Meant to be ${wanted}; a small fleet has more and less in so short a time.` },
    { title: 'Until ready, p95', unit: 's', better: 'lower', rows: rows(({ ready }) => ready.p95) },
    { title: "A viewer's wait for a segment that is not made yet, p95", unit: 's', better: 'lower', rows: rows(({ segment }) => segment.p95) },
    { title: 'Cost of encoding', unit: '$ per 1000 videos', better: 'lower', rows: rows((outcome) => dollarsOf(outcome, 2)), note: `At $${coreHourPrice} for a core and hour.` },
    { title: "Requests to the queue's servers", unit: 'a second', better: 'lower', rows: rows(({ queueRequests }) => queueRequests), note: `Over ${fleets.map(({ shards }) => shards).join(', ')} streams.` },
  ]
}

function byMachine(compared: (Machine & { outcomes: Outcome[]; takes: number[] })[]): Measured[] {
  const rows = (value: (outcome: Outcome, cores: number) => number) => compared.map(({ name, cores, outcomes }) => ({ name, samples: outcomes.map((outcome) => value(outcome, cores)) }))
  return [
    { title: 'By policy of the ladder: from the last byte to playable, p95', unit: 's', better: 'lower', rows: rows(({ playable }) => playable.p95), note: `Fleets of ${comparedCores} cores.` },
    { title: 'By policy of the ladder: cost of encoding', unit: '$ per 1000 videos', better: 'lower', rows: rows(dollarsOf) },
    {
      title: 'Encoders for 50 million uploads a day', unit: 'encoders', better: 'lower',
      rows: compared.map(({ name, takes }) => ({ name, samples: takes.map((seconds) => Math.ceil(((referenceUploadsPerDay / 86_400) * peakFactor * seconds) / wanted)) })),
      note: `Busy encoder-seconds of a video × uploads a second × ${peakFactor} ÷ ${wanted}. With two cores \`base\` saves nothing: sizes that they make too slowly for a viewer to wait for are completed unasked, in a decode of their own.`,
    },
  ]
}

function drawSizes(runs: { encoders: number; outcomes: Outcome[] }[], draw: Ask['draw']): void {
  const points = (value: (outcome: Outcome) => number) => runs.map(({ encoders, outcomes }) => ({ x: encoders, y: value(outcomes[0]!) })).reverse()
  const lines = (['p50', 'p95', 'p99'] as const).map((name) => ({ name, points: points(({ playable }) => playable[name]) }))
  draw({ name: 'by-size', title: `From the last byte to playable at ${wanted * 100} % utilisation`, x: { label: 'encoders', isLogarithmic: true }, unit: 's', lines: [...lines, { name: 'ideal p95', points: points(({ ideal }) => ideal.p95) }] })
}

function drawDay({ parts }: Outcome, draw: Ask['draw']): void {
  const points = (value: (part: Outcome['parts'][number]) => number) => parts.map((part, hour) => ({ x: hour, y: value(part) }))
  const lines = (['p50', 'p95', 'p99'] as const).map((name) => ({ name, points: points(({ playable }) => playable[name]) }))
  draw({ name: 'day', title: `From the last byte to playable over a day, ${dayEncoders} encoders`, x: { label: 'hour' }, unit: 's', lines })
  draw({ name: 'day-load', title: 'Busy share of those encoders', x: { label: 'hour' }, unit: 'share', lines: [{ name: 'utilisation', points: points(({ utilisation }) => utilisation) }] })
}

/** Decides the constant rate to encode at from when the source's pictures are shown. Pure. */
import { rateOf, type Rate } from '../domain/rate.ts'
import { constantRate, halfRate, nearestRate, variableRate } from '../domain/standard-rates.ts'

export type RateEvidence = {
  /** Presentation times in seconds of runs of consecutive pictures, from one or several places of the source. */
  runs: number[][]
  /** As the container says, over the whole file. */
  averageRate?: number
  /** Packets may then be fields, two for a picture. */
  interlaced: boolean
}

/** Time stamps are rounded to milliseconds in Matroska and FLV: a delta is off by up to one each way. */
const roundingSeconds = 0.0021

export function decideRate(evidence: RateEvidence): { rate: Rate; isVariable: boolean } {
  const deltas = evidence.runs.flatMap(deltasOf)
  const found = deltas.length === 0 ? fromAverage(evidence.averageRate) : fromDeltas(evidence.runs, deltas, evidence.averageRate)
  return evidence.interlaced && rateOf(found.rate) > 30 ? { ...found, rate: halfRate(found.rate) } : found
}

function fromAverage(averageRate: number | undefined): { rate: Rate; isVariable: boolean } {
  if (!averageRate || averageRate > 1000) return { rate: { num: 25, den: 1 }, isVariable: false }
  return { rate: constantRate(averageRate), isVariable: false }
}

function fromDeltas(runs: number[][], deltas: number[], averageRate: number | undefined): { rate: Rate; isVariable: boolean } {
  const median = percentile(deltas, 0.5)
  const steady = deltas.filter((delta) => Math.abs(delta - median) <= Math.max(roundingSeconds, median * 0.04))
  // The mean of many rounded deltas is near the truth; the median is not (33 or 34 ms for 30 fps).
  const mean = meanOf(steady)
  const isSteady = steady.length >= deltas.length * 0.97
  const isSteadyOverall = !averageRate || Math.abs(averageRate * mean - 1) < 0.03
  if (isSteady && isSteadyOverall) return { rate: sampledRate(1 / mean, runs), isVariable: false }
  // A quarter of the pictures come at least this fast: pauses of a screen recording don't count, nor single jitters.
  const fast = 1 / Math.max(percentile(deltas, 0.25), 1 / 1000)
  const overall = averageRate && averageRate <= 60 ? averageRate : 0
  return { rate: variableRate(Math.max(fast, overall)), isVariable: true }
}

/** A constant rate: a standard one within what rounding and few samples can tell, else the next that loses nothing. */
function sampledRate(framesPerSecond: number, runs: number[][]): Rate {
  const pictures = runs.reduce((sum, run) => sum + run.length, 0)
  const near = nearestRate(framesPerSecond)
  const uncertainty = Math.min(0.02, 0.0004 + (roundingSeconds * framesPerSecond) / Math.max(1, pictures))
  if (Math.abs(rateOf(near) / framesPerSecond - 1) <= uncertainty) return near
  return constantRate(framesPerSecond)
}

function deltasOf(times: number[]): number[] {
  const sorted = [...times].sort((a, b) => a - b)
  return sorted.slice(1).map((time, index) => time - sorted[index]!).filter((delta) => delta > 0.0005)
}

function percentile(values: number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}

const meanOf = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length

/** A fleet's plan as text: tables, and bars where one number stands beside others. Pure. */
import { formatBar, formatBytes } from '../terminal/format.ts'
import { renderTable } from '../terminal/table.ts'
import { assumptions, type Assumed, type AssumptionName } from './assumptions.ts'
import type { FleetPlan, Policy } from './calculate.ts'
import { sizesOf } from './sizes.ts'
import type { Speeds } from './speeds.ts'

const barWidth = 24
const number = (value: number): string => (Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3))))
const bytes = (value: number): string => (value >= 1e15 ? `${number(value / 1e15)} PB` : formatBytes(value))
const section = (title: string, header: string[], rows: string[][]): string => `${title}\n${renderTable(header, rows).replace(/^/gm, '  ')}`
const bars = (rows: { name: string; value: number; text: string; note: string }[]): string[][] => {
  const most = Math.max(...rows.map(({ value }) => value), Number.MIN_VALUE)
  return rows.map(({ name, value, text, note }) => [name, text, formatBar(value / most, barWidth), note])
}

/** Ends with what was assumed: a figure without it would say nothing. */
export function renderPlan(policy: Policy, speeds: Speeds, assumed: Assumed, plan: FleetPlan): string {
  const { perVideo, encoders, perDay, rates, dollarsPerDay } = plan
  const dollars = Object.values(dollarsPerDay).reduce((sum, value) => sum + value, 0)
  const uploads = assumed['uploads-per-day']
  const { unasked } = sizesOf(speeds)
  const slow = policy === 'base' && unasked.length > 0 ? `\nToo slow to wait for on ${speeds.cores} cores, so made for every video: ${unasked.map((side) => `${side}p`).join(', ')} (--cores)` : ''
  return [
    `${number(uploads)} uploads a day of ${number(assumed.minutes)} min, ladder: ${policy}, encoders of ${speeds.cores} cores\nSpeeds: ${speeds.of}${slow}`,
    section('Encoders', ['', 'encoders', '', ''], bars([
      { name: 'mean of the day', value: encoders.mean, text: number(encoders.mean), note: `${number(plan.uploadsPerSecond.mean)} uploads/s × ${number(perVideo.encoderSeconds)} encoder-seconds` },
      { name: 'busiest hour', value: encoders.peak, text: number(encoders.peak), note: `× ${assumed['peak-factor']}` },
      { name: 'to be had', value: encoders.provisioned, text: number(encoders.provisioned), note: `÷ ${assumed.utilisation}` },
    ])),
    section('The reference: 50,000,000 uploads a day, one minute of work each', ['', 'encoders', '', ''], bars(
      plan.reference.map(({ name, encoders: value, how }) => ({ name, value, text: number(value), note: how })),
    )),
    section('A day', ['', 'a day', 'a video'], [
      ['sources stored', bytes(uploads * perVideo.sourceBytes), bytes(perVideo.sourceBytes)],
      ['renditions stored', bytes(uploads * perVideo.encodedBytes), bytes(perVideo.encodedBytes)],
      ['writes to storage', number(perDay.puts), number(perVideo.puts)],
      ['reads of storage', number(perDay.gets), number(perDay.gets / uploads)],
      ['delivered', bytes(perDay.egressBytes), bytes(perDay.egressBytes / uploads)],
    ]),
    section('Rates in the busiest hour', ['', 'a second'], [
      ['uploads', number(plan.uploadsPerSecond.peak)],
      ['tasks', number(rates.tasksPerSecond)],
      ['queue operations', number(rates.queueOperationsPerSecond)],
      ['document writes', number(rates.documentWritesPerSecond)],
      ['document reads', number(rates.documentReadsPerSecond)],
      ['plays', number(rates.playsPerSecond)],
      ['delivered', `${number(rates.egressBitsPerSecond / 1e9)} Gbit`],
    ]),
    section('Cost', ['', '$ a day', '', '$ per 1000 videos'], [
      ...bars([
        { name: 'encoding', value: dollarsPerDay.encoding, text: number(dollarsPerDay.encoding), note: number((dollarsPerDay.encoding / uploads) * 1000) },
        { name: "a day's storage, a month", value: dollarsPerDay.storageFirstMonth, text: number(dollarsPerDay.storageFirstMonth), note: number((dollarsPerDay.storageFirstMonth / uploads) * 1000) },
        { name: 'requests', value: dollarsPerDay.requests, text: number(dollarsPerDay.requests), note: number((dollarsPerDay.requests / uploads) * 1000) },
        { name: 'delivery', value: dollarsPerDay.egress, text: number(dollarsPerDay.egress), note: number((dollarsPerDay.egress / uploads) * 1000) },
      ]),
      ['together', number(dollars), '', number((dollars / uploads) * 1000)],
    ]),
    section('Assumed (each is an option)', ['', '', ''], (Object.keys(assumptions) as AssumptionName[]).map((name) => [`--${name}`, `${number(assumed[name])} ${assumptions[name].unit}`.trim(), assumptions[name].source])),
  ].join('\n\n')
}

/** The audience's figures as shapes: a curve and bars. Pure. */
import type { AudienceAnswer } from '@sluice/contract'

export type Hour = AudienceAnswer['hours'][number]
const hourMs = 3_600_000

/** The hours that a chart shows, [from, to), numbered since the epoch. */
export const spanOf = ({ from, to }: Pick<AudienceAnswer, 'from' | 'to'>): { from: number; to: number } => ({
  from: Math.floor(from / hourMs),
  to: Math.floor(to / hourMs) + 1,
})

/** An area below the curve, 100 wide: each share is a step, as it was measured. */
export function retentionPath(retention: readonly number[], height: number): string {
  const width = 100 / retention.length
  const steps = retention.map((share, index) => `L${rounded(index * width)} ${rounded((1 - share) * height)}H${rounded((index + 1) * width)}`)
  return `M0 ${height}${steps.join('')}V${height}Z`
}

/** The hours that have a value above nothing, with their place in the span. */
export function hourBars(hours: readonly Hour[], span: { from: number; to: number }, valueOf: (hour: Hour) => number | undefined): { at: number; x: number; value: number }[] {
  return hours.flatMap((hour) => {
    const x = Math.floor(hour.at / hourMs) - span.from
    const value = valueOf(hour) ?? 0
    return value > 0 && x >= 0 && x < span.to - span.from ? [{ at: hour.at, x, value }] : []
  })
}

const rounded = (value: number): number => Math.round(value * 100) / 100

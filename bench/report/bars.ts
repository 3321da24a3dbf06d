/** A bar chart of medians with their ranges, as SVG. */
import { median, readable } from '../measure/statistics.ts'
import type { Measured } from '../question.ts'

const width = 720
const labelWidth = 250
const barWidth = 340
const rowHeight = 26
const titleHeight = 34
const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')

/** One group of bars per quantity, each with its own scale; a line shows minimum to maximum. */
export function barChart(measured: Measured[]): string {
  let y = 0
  const groups = measured.map((one) => {
    const top = y
    y += titleHeight + one.rows.length * rowHeight + 10
    return group(one, top)
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" font-family="system-ui, sans-serif" font-size="13">
<rect width="${width}" height="${y}" fill="#fff"/>
${groups.join('\n')}
</svg>
`
}

function group({ title, unit, better, rows }: Measured, top: number): string {
  const most = Math.max(...rows.flatMap(({ samples }) => samples)) || 1
  const scale = (value: number): number => Math.round((value / most) * barWidth * 10) / 10
  const bars = rows.map(({ name, samples }, index) => {
    const y = top + titleHeight + index * rowHeight
    const [middle, low, high] = [median(samples), Math.min(...samples), Math.max(...samples)]
    return `<text x="${labelWidth - 8}" y="${y + 13}" text-anchor="end" fill="#333">${escaped(name)}</text>
<rect x="${labelWidth}" y="${y}" width="${scale(middle)}" height="18" fill="${index === 0 ? '#2563eb' : '#9ca3af'}"/>
<line x1="${labelWidth + scale(low)}" x2="${labelWidth + scale(high)}" y1="${y + 9}" y2="${y + 9}" stroke="#111" stroke-width="1.5"/>
<text x="${labelWidth + Math.max(scale(middle), scale(high)) + 8}" y="${y + 13}" fill="#111">${readable(middle)}</text>`
  })
  return `<text x="8" y="${top + 20}" font-weight="600" fill="#111">${escaped(title)} (${escaped(unit)}, ${better} is better)</text>
${bars.join('\n')}`
}

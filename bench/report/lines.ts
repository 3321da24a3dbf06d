/** Lines over a common axis, as SVG. */
import { readable } from '../measure/statistics.ts'
import type { LineChart } from '../question.ts'

const [width, height] = [720, 320]
const area = { left: 64, right: 600, top: 44, bottom: 272 }
const colours = ['#2563eb', '#d97706', '#dc2626', '#6b7280', '#059669']
const escaped = (text: string): string => text.replace(/&/g, '&amp;').replace(/</g, '&lt;')
const rounded = (value: number): number => Math.round(value * 10) / 10

/** From nothing to a round number above the highest point; names stand at the lines' ends. */
export function lineChart({ title, x, unit, lines }: LineChart): string {
  const points = lines.flatMap((line) => line.points).filter(({ y }) => Number.isFinite(y))
  const across = (value: number): number => (x.isLogarithmic ? Math.log10(value) : value)
  const [first, last] = [Math.min(...points.map((point) => across(point.x))), Math.max(...points.map((point) => across(point.x)))]
  const most = roundAbove(Math.max(...points.map(({ y }) => y)))
  const atX = (value: number): number => rounded(area.left + ((across(value) - first) / (last - first || 1)) * (area.right - area.left))
  const atY = (value: number): number => rounded(area.bottom - (value / most) * (area.bottom - area.top))
  const rows = [0, 0.25, 0.5, 0.75, 1].map((share) => share * most).map(
    (value) => `<line x1="${area.left}" x2="${area.right}" y1="${atY(value)}" y2="${atY(value)}" stroke="#e5e7eb"/>
<text x="${area.left - 8}" y="${atY(value) + 4}" text-anchor="end" fill="#333">${readable(value)}</text>`,
  )
  const ticks = ticksOf([...new Set(points.map((point) => point.x))].sort((a, b) => a - b)).map(
    (value) => `<text x="${atX(value)}" y="${area.bottom + 20}" text-anchor="middle" fill="#333">${readable(value)}</text>`,
  )
  const drawn = lines.map((line, index) => {
    const kept = line.points.filter(({ y }) => Number.isFinite(y))
    const colour = colours[index % colours.length]!
    const end = kept.at(-1)
    return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${kept.map((point) => `${atX(point.x)},${atY(point.y)}`).join(' ')}"/>
${end ? `<text x="${area.right + 8}" y="${atY(end.y) + 4}" fill="${colour}">${escaped(line.name)}</text>` : ''}`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="system-ui, sans-serif" font-size="13">
<rect width="${width}" height="${height}" fill="#fff"/>
<text x="8" y="20" font-weight="600" fill="#111">${escaped(title)} (${escaped(unit)})</text>
${[...rows, ...ticks, ...drawn].join('\n')}
<text x="${(area.left + area.right) / 2}" y="${height - 8}" text-anchor="middle" fill="#333">${escaped(x.label)}</text>
</svg>
`
}

/** 1, 2 or 5 times a power of ten. */
function roundAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value || 1))
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? 10 * power
}

/** At most eight, evenly picked. */
const ticksOf = (values: number[]): number[] => values.filter((_, index) => index % Math.ceil(values.length / 8) === 0)

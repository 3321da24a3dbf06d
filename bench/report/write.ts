/** Keeps the answer as data and a chart, and writes docs/benchmarks.md from all answers so far. */
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { median, readable } from '../measure/statistics.ts'
import type { Answer, Measured } from '../question.ts'
import { barChart } from './bars.ts'
import { lineChart } from './lines.ts'
import { ratioOf } from './table.ts'

const docs = resolve(import.meta.dirname, '../../docs')
const folder = join(docs, 'benchmarks')

/** An answer replaces the earlier one to the same question; the others stay with their dates. */
export function writeReport(answer: Answer): void {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${answer.name}.json`), `${JSON.stringify(answer, null, 1)}\n`)
  writeFileSync(join(folder, `${answer.name}.svg`), barChart(answer.measured))
  for (const chart of answer.charts ?? []) writeFileSync(join(folder, `${answer.name}-${chart.name}.svg`), lineChart(chart))
  const answers = readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Answer)
  writeFileSync(join(docs, 'benchmarks.md'), reportOf(answers))
}

/** The whole page. */
export function reportOf(answers: Answer[]): string {
  return `# Benchmarks

Written by \`npm run bench\`; no figure here was written by hand. Each question is one file in \`bench/questions\` and is measured against
its limit or its peer, in interleaved rounds on loopback. Given are medians, minimum–maximum and the number of rounds; the ratio is
ours over the last row's.
${answers.map(section).join('')}`
}

function section(answer: Answer): string {
  return `
## ${answer.question}

${answer.method}

![](benchmarks/${answer.name}.svg)
${(answer.charts ?? []).map(({ name }) => `\n![](benchmarks/${answer.name}-${name}.svg)\n`).join('')}${answer.measured.map(table).join('')}
${answer.askedAt.slice(0, 16).replace('T', ' ')} UTC · ${answer.machine} · again: \`npm run bench -- ${answer.name}\`
`
}

function table(measured: Measured): string {
  const rows = measured.rows.map(
    ({ name, samples }) => `| ${name} | ${readable(median(samples))} | ${readable(Math.min(...samples))}–${readable(Math.max(...samples))} | ${samples.length} |`,
  )
  const ratio = ratioOf(measured)
  return `
| ${measured.title} (${measured.unit}, ${measured.better} is better) | median | min–max | rounds |
|---|---:|---:|---:|
${rows.join('\n')}
${ratio === undefined ? '' : `\nRatio ${readable(ratio)}.`}${measured.note ? ` ${measured.note}` : ''}
`
}

/** `npm run bench [-- name…] [--rounds N]`: asks all questions or those named, prints tables, writes docs/benchmarks.md. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { describeMachine } from './measure/machine.ts'
import type { Answer, LineChart, Question } from './question.ts'
import { printTable } from './report/table.ts'
import { writeReport } from './report/write.ts'

const questions: Record<string, () => Promise<{ question: Question }>> = {
  'upload-throughput': () => import('./questions/upload-throughput.ts'),
  'upload-s3': () => import('./questions/upload-s3.ts'),
  exactness: () => import('./questions/exactness.ts'),
  'encode-cost': () => import('./questions/encode-cost.ts'),
  'encode-overhead': () => import('./questions/encode-overhead.ts'),
  'two-encoders': () => import('./questions/two-encoders.ts'),
  'ladder-bytes': () => import('./questions/ladder-bytes.ts'),
  sound: () => import('./questions/sound.ts'),
  'click-to-picture': () => import('./questions/click-to-picture.ts'),
  'edge-delivery': () => import('./questions/edge-delivery.ts'),
  'edge-steady': () => import('./questions/edge-steady.ts'),
  'cache-hits': () => import('./questions/cache-hits.ts'),
  'play-rate': () => import('./questions/play-rate.ts'),
  'play-start': () => import('./questions/play-start.ts'),
  seek: () => import('./questions/seek.ts'),
  'first-segment': () => import('./questions/first-segment.ts'),
  'lazy-ladder': () => import('./questions/lazy-ladder.ts'),
  'store-size': () => import('./questions/store-size.ts'),
  'api-instances': () => import('./questions/api-instances.ts'),
  'api-beside-encodes': () => import('./questions/api-beside-encodes.ts'),
  fleet: () => import('./questions/fleet.ts'),
  'start-up': () => import('./questions/start-up.ts'),
}

const { positionals, values } = parseArgs({ allowPositionals: true, options: { rounds: { type: 'string' } } })
const unknown = positionals.filter((name) => !(name in questions))
if (unknown.length > 0) {
  console.error(`There is no question ${unknown.join(', ')}. There are: ${Object.keys(questions).join(', ')}`)
  process.exit(2)
}

const names = positionals.length > 0 ? positionals : Object.keys(questions)
for (const name of names) {
  const { question } = await questions[name]!()
  const folder = mkdtempSync(join(tmpdir(), 'sluice-bench-'))
  const started = Date.now()
  console.log(`\n${question.question}`)
  try {
    const rounds = values.rounds ? Number(values.rounds) : question.rounds
    const charts: LineChart[] = []
    const measured = await question.ask({ rounds, folder, say: (line) => console.log(`  ${line}`), draw: (chart) => void charts.push(chart) })
    const answer: Answer = {
      name,
      question: question.question,
      method: question.method,
      measured,
      ...(charts.length > 0 && { charts }),
      askedAt: new Date().toISOString(),
      machine: describeMachine(),
    }
    printTable(answer)
    writeReport(answer)
  } catch (error) {
    process.exitCode = 1
    console.error(`  ${name} could not be answered: ${(error as Error).stack}`)
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
  console.log(`  (${((Date.now() - started) / 1000).toFixed(0)} s)`)
}

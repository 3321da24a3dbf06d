/** `npm test`: the typecheck and every test file (`--engines`, `--chaos`: those on real engines), a few at a time; the last line says `N passed, N failed`. */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { findJobs, type Job } from './jobs.ts'
import { openProgress } from './progress.ts'
import { runFile } from './run-file.ts'
import type { JobResult } from './tally.ts'
import { typecheck } from './typecheck.ts'

process.chdir(resolve(import.meta.dirname, '../..'))

const number = { type: 'string' } as const
const { values: given, positionals: filters } = parseArgs({
  allowPositionals: true,
  options: { engines: { type: 'boolean' }, chaos: { type: 'boolean' }, seed: number, uploads: number, kills: number, nodes: number },
})
// What chaos is asked for reaches its file by the environment.
for (const name of ['seed', 'uploads', 'kills', 'nodes'] as const) if (given[name] !== undefined) process.env[`CHAOS_${name.toUpperCase()}`] = given[name]
const jobs = findJobs(filters, given.chaos ? 'chaos' : given.engines ? 'engines' : 'main')
if (jobs.length === 0) {
  console.error(`No test file matches ${filters.join(' ')}`)
  console.log('0 passed, 1 failed')
  process.exit(1)
}

const lanes = Math.min(2, availableParallelism())
const progress = openProgress(jobs.length)
const results: JobResult[] = []
await runAll(jobs.filter((job) => !job.alone), lanes)
await runAll(jobs.filter((job) => job.alone), 1)
process.exitCode = progress.finish(results) ? 0 : 1

/** Runs the jobs in order, `width` at a time. */
async function runAll(queue: Job[], width: number): Promise<void> {
  const waiting = [...queue]
  const lane = async (): Promise<void> => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      progress.began(job)
      const result = job.name === 'typecheck' ? await typecheck(job) : await runFile(job)
      results.push(result)
      progress.ended(job, result)
    }
  }
  await Promise.all(Array.from({ length: width }, lane))
}

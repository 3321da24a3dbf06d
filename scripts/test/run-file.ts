/** Runs one test file in a process of its own, within its time limit. */
import { run } from 'node:test'
import { resolve } from 'node:path'
import { descendantsOf } from './descendants.ts'
import type { Job } from './jobs.ts'
import { openTally, type JobResult, type TestEvent } from './tally.ts'

/** Never rejects: whatever goes wrong is a failure in the result. */
export async function runFile(job: Job): Promise<JobResult> {
  const tally = openTally(job.name)
  const started = Date.now()
  const abort = new AbortController()
  let timedOut = false
  const timer = setTimeout(() => {
    timedOut = true
    endDescendants(resolve(job.name))
    abort.abort()
  }, job.limitSeconds * 1000)
  try {
    for await (const event of run({ files: [resolve(job.name)], concurrency: 1, signal: abort.signal })) {
      tally.take(event as TestEvent)
      if (job.isTold && event.type === 'test:stdout') process.stdout.write(event.data.message)
    }
  } catch (error) {
    return withFailure(tally.result(secondsSince(started)), (error as Error).stack ?? String(error))
  } finally {
    clearTimeout(timer)
  }
  const result = tally.result(secondsSince(started))
  if (!timedOut) return result
  const own = result.failed.filter((failure) => failure.name !== '')
  return withFailure({ ...result, failed: own }, `The file was ended at its limit of ${job.limitSeconds} s.`)
}

const secondsSince = (started: number): number => (Date.now() - started) / 1000

const withFailure = (result: JobResult, message: string): JobResult => ({ ...result, failed: [...result.failed, { name: '', message }] })

/** What the file's process started (servers, encoders) would outlive it. Only processes below our own are ended. */
function endDescendants(file: string): void {
  for (const child of descendantsOf(process.pid)) {
    if (!child.commandLine.includes(file)) continue
    for (const { pid } of descendantsOf(child.pid)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It ended by itself between the listing and now.
      }
    }
  }
}

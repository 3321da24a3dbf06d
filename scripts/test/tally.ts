/** Counts the leaf tests of one file from the events of node:test, and keeps what failed and what was skipped. */

export type Failed = { name: string; message: string }
export type JobResult = {
  name: string
  passed: number
  skipped: { name: string; reason: string }[]
  failed: Failed[]
  /** The end of what the file printed. */
  output: string
  seconds: number
}

type TestError = Error & { failureType?: string; cause?: unknown; exitCode?: number; signal?: string }

/** The part of a TestsStream event that is looked at. */
export type TestEvent = {
  type: string
  data: {
    name?: string
    nesting?: number
    message?: string
    skip?: string | boolean
    todo?: string | boolean
    details?: { type?: string; error?: TestError }
  }
}

const outputLimit = 8_000

/** Takes the events of one file's run in their order; `result()` is what came out. */
export function openTally(file: string): { take(event: TestEvent): void; result(seconds: number): JobResult } {
  const result: JobResult = { name: file, passed: 0, skipped: [], failed: [], output: '', seconds: 0 }
  const path: string[] = []
  /** By nesting: whether a test at that depth was reported since its parent began. */
  const reported: boolean[] = []

  function end(event: TestEvent): void {
    const { name = '', nesting = 0, details, skip, todo } = event.data
    const hadChildren = reported[nesting + 1] === true
    reported[nesting + 1] = false
    reported[nesting] = true
    const isFile = nesting === 0 && name.endsWith(file)
    const fullName = isFile ? '' : [...path.slice(0, nesting), name].join(' > ')
    const isTodo = todo !== undefined && todo !== false
    // As node:test has it, what is marked todo fails without failing the run; it is listed with what was skipped.
    if (event.type === 'test:fail' && !isTodo) {
      // A parent fails with its children, which were counted; a failure of its own (a hook, a time limit) counts.
      if (details?.error?.failureType !== 'subtestsFailed') result.failed.push({ name: fullName, message: messageOf(details?.error) })
    } else if (isFile) {
      result.failed.push({ name: '', message: 'The file holds no test.' })
    } else if (skip !== undefined && skip !== false) {
      result.skipped.push({ name: fullName, reason: typeof skip === 'string' ? skip : '' })
    } else if (isTodo) {
      result.skipped.push({ name: fullName, reason: 'todo' })
    } else if (details?.type !== 'suite' && !hadChildren) {
      result.passed++
    }
  }

  return {
    take(event) {
      if (event.type === 'test:start') path[event.data.nesting ?? 0] = event.data.name ?? ''
      else if (event.type === 'test:pass' || event.type === 'test:fail') end(event)
      else if (event.type === 'test:stdout' || event.type === 'test:stderr') result.output = (result.output + (event.data.message ?? '')).slice(-outputLimit)
      else if (event.type === 'test:diagnostic' && /^Error: /.test(event.data.message ?? '')) result.output += `${event.data.message}\n`
    },
    result: (seconds) => ({ ...result, seconds }),
  }
}

/** The error as its author wrote it: node:test wraps it. */
function messageOf(error: TestError | undefined): string {
  if (error?.exitCode !== undefined || error?.signal) return `The file's process ended with ${error.signal ?? `exit code ${error.exitCode}`}.`
  const cause = error?.cause ?? error
  if (cause instanceof Error) return cause.stack ?? cause.message
  if (typeof cause === 'object' && cause !== null && 'stack' in cause) return String(cause.stack)
  return String(cause ?? 'failed')
}

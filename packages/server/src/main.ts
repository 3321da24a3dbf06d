/** `sluice serve`: settings → roles → run, until a signal ends it. */
import { flushCompileCache } from 'node:module'
import { BadSettings, readSettings } from './config/read.ts'
import { makeLog } from './roles/make-log.ts'
import { startRoles } from './roles/run.ts'

const drainLimitMs = 25_000

/**
 * Resolves once everything was drained after SIGTERM or SIGINT (a second one ends the process at once).
 * Throws an error with a sentence for a person when it can't start: BadSettings, DataDirectoryInUse, a port in use…
 */
export async function run(args: string[] = []): Promise<void> {
  if (args.length > 0) throw new BadSettings(`serve takes no arguments: settings come from the environment or from sluice.env (got ${args.join(' ')})`)
  const settings = readSettings()
  const log = makeLog(settings.SLUICE_LOG_LEVEL)
  const running = await startRoles(settings, log)
  // Kept now, not at the end: after a kill too, the next start needs no compiler, which takes 40 MB.
  flushCompileCache()
  const address = settings.SLUICE_PUBLIC_URL || running.url
  process.stdout.write(`\n  Sluice is running (${settings.SLUICE_ROLES.join(', ')})\n\n  ${address}\n\n`)
  if (settings.SLUICE_ROLES.includes('api')) {
    process.stdout.write('  First step: open it and sign up. The first account is the administrator.\n  Then drop in a film, or: npx sluice upload film.mp4\n\n')
  }
  await new Promise<void>((resolve) => {
    let told = false
    const end = () => {
      if (told) process.exit(130)
      told = true
      resolve()
    }
    process.on('SIGTERM', end)
    process.on('SIGINT', end)
  })
  log.info({}, 'draining')
  // A drain that hangs must not outlive the supervisor's patience (30 s is common): nothing acknowledged is lost by a kill.
  setTimeout(() => {
    log.error({}, 'the drain hangs, ending at once')
    process.exit(1)
  }, drainLimitMs).unref()
  await running.stop()
}

/** Sluice needs Node 24. On Linux it came with the npm packages; elsewhere the system's must be new enough. */
import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { at } from './paths.mjs'
import { SetupFailed } from './say.mjs'

const wantedMajor = 24
const major = (version) => Number(/^v?(\d+)\./.exec(version)?.[1] ?? 0)

/** Makes sure that `node` in the scripts to come is new enough. Throws SetupFailed. */
export function checkNode() {
  // npm puts node_modules/.bin first on the PATH: from the second run on this very process is the one in question.
  if (major(process.version) >= wantedMajor) return
  const packaged = at('node_modules', '.bin', 'node')
  if (major(versionOf(packaged)) >= wantedMajor) return
  const system = versionOf('node')
  if (major(system) >= wantedMajor) {
    // The packaged one does not run here (another C library, say) and would hide the system's.
    rmSync(packaged, { force: true })
    return
  }
  throw new SetupFailed(
    `Sluice needs Node ${wantedMajor} or later; here is ${system || process.version}, and there is no ready-made one for ${process.platform}-${process.arch}.\n` +
      `${process.platform === 'darwin' ? 'Install it with: brew install node' : `Install Node ${wantedMajor} from your system's packages or with a version manager`}, then run this again.`,
  )
}

function versionOf(program) {
  const result = spawnSync(program, ['--version'], { encoding: 'utf8', timeout: 10_000 })
  return result.status === 0 ? result.stdout.trim() : ''
}

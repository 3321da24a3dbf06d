/** The site: built when a source of it changed since the last build. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { at, root } from './paths.mjs'
import { SetupFailed, runStep } from './say.mjs'

/** Everything that goes into the bundle. The lock file stands for the packages. */
const sources = [
  'package-lock.json',
  'packages/contract/src',
  'packages/sdk/src',
  'packages/web/index.html',
  'packages/web/package.json',
  'packages/web/public',
  'packages/web/src',
  'packages/web/vite.config.ts',
]
const output = at('packages', 'web', 'dist')
const stamp = join(output, '.sources-sha256')

/** Whether the last build was made from the sources as they are (by content: a checkout changes times, not bytes). */
export function siteIsCurrent() {
  if (!existsSync(at('packages', 'web', 'index.html'))) return true
  return existsSync(stamp) && existsSync(join(output, 'index.html')) && readFileSync(stamp, 'utf8') === sourcesHash()
}

/** Builds it with Vite. Throws SetupFailed. */
export function buildSite() {
  const hash = sourcesHash()
  const vite = at('node_modules', 'vite', 'bin', 'vite.js')
  const node = existsSync(at('node_modules', '.bin', 'node')) ? at('node_modules', '.bin', 'node') : process.execPath
  const result = runStep('building the site', node, [vite, 'build', '--logLevel', 'warn'], { cwd: at('packages', 'web'), timeout: 5 * 60_000 })
  if (!result.ok) throw new SetupFailed('The site could not be built; what the bundler says is above.')
  writeFileSync(stamp, hash)
}

function sourcesHash() {
  const hash = createHash('sha256')
  for (const source of sources) {
    for (const file of filesUnder(source)) hash.update(`${file}\0`).update(readFileSync(join(root, file))).update('\0')
  }
  return hash.digest('hex')
}

function filesUnder(path) {
  const full = join(root, path)
  if (!existsSync(full)) return []
  if (!statSync(full).isDirectory()) return [path]
  return readdirSync(full)
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`))
}

/** The npm packages: installed when absent, or when package-lock.json is not the one they were installed from. */
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { at, root } from './paths.mjs'
import { SetupFailed, runStep } from './say.mjs'

const stamp = at('node_modules', '.sluice-lock-sha256')
const lockHash = () => createHash('sha256').update(readFileSync(at('package-lock.json'))).digest('hex')

/** Whether node_modules holds what the lock file says. */
export function packagesAreCurrent() {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash()) return true
  if (!installedByHand()) return false
  writeFileSync(stamp, lockHash())
  return true
}

/** Somebody ran npm themselves: npm's own copy of the lock file is then as new as ours. */
function installedByHand() {
  const npmsCopy = at('node_modules', '.package-lock.json')
  return existsSync(npmsCopy) && statSync(npmsCopy).mtimeMs >= statSync(at('package-lock.json')).mtimeMs
}

/** `npm ci`, development and platform packages included. Throws SetupFailed. */
export function installPackages() {
  // loglevel=error: npm otherwise warns of engines meant for the Node that is only now being installed.
  const args = ['ci', '--include=dev', '--include=optional', '--loglevel=error', '--no-audit', '--no-fund']
  const { program, leading } = npm()
  const result = runStep('installing npm packages', program, [...leading, ...args], { cwd: root, env: environment() })
  if (!result.ok) throw new SetupFailed(whatToDo(result.output))
  writeFileSync(stamp, lockHash())
}

/** The npm that runs this script; `npm` from the PATH when the script was started by hand. */
function npm() {
  const { npm_execpath: script, npm_node_execpath: node } = process.env
  if (script && node && existsSync(script) && existsSync(node)) return { program: node, leading: [script] }
  return { program: 'npm', leading: [] }
}

/** Without node_modules/.bin on the PATH: npm ci deletes it, and with it the node that would run npm. */
function environment() {
  const own = join(root, 'node_modules')
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.startsWith(own))
  const system = process.env.npm_node_execpath?.startsWith(own) ? [] : [dirname(process.env.npm_node_execpath ?? '')].filter((folder) => folder !== '.')
  return { ...process.env, PATH: [...path, ...system].join(delimiter) }
}

function whatToDo(output) {
  const offline = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|ECONNRESET|ENETUNREACH|ERR_SOCKET_TIMEOUT/.test(output)
  return offline
    ? 'The npm packages could not be fetched: the package registry cannot be reached.\nCheck the network (or `npm config get registry` and the proxy settings), then run this again.'
    : 'The npm packages could not be installed; npm says why above. Then run this again, or try `npm ci` by hand.'
}

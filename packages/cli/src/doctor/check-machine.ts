/** The data directory, the disk it is on, and the port. */
import { mkdtemp, rm, stat, statfs } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { ownUrl } from '@sluice/server/http/own-url'
import { formatBytes } from '../terminal/format.ts'
import type { Finding } from './finding.ts'

const neededBytes = 1e9
const comfortableBytes = 20e9

/** Nothing stays made: when the directory is absent, it is its nearest parent that must be writable. */
export async function checkDataDirectory(path: string): Promise<Finding> {
  const directory = await nearestExisting(resolve(path))
  const about = `data directory ${resolve(path)}`
  try {
    if (!(await stat(directory)).isDirectory()) return { result: 'missing', about: `${directory} is not a directory`, remedy: 'set SLUICE_DATA_DIR' }
    // Tried, not asked: root may do everything and still can't write to a read-only disk.
    await rm(await mkdtemp(join(directory, '.sluice-doctor-')), { recursive: true })
    return { result: 'ok', about: directory === resolve(path) ? about : `${about} (will be made)` }
  } catch {
    return { result: 'missing', about: `${directory} is not writable`, remedy: `sudo chown "$USER" '${directory}', or set SLUICE_DATA_DIR` }
  }
}

export async function checkDisk(path: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearestExisting(resolve(path)))
  const free = bavail * bsize
  const about = `${formatBytes(free)} free for the data directory`
  if (free >= comfortableBytes) return { result: 'ok', about }
  const remedy = 'make room, or set SLUICE_DATA_DIR to a larger disk'
  return free >= neededBytes ? { result: 'advice', about: `${about}: a film takes several times its own size`, remedy } : { result: 'missing', about, remedy }
}

/** A port that a running Sluice has is well. */
export async function checkPort(host: string, port: number): Promise<Finding> {
  const code = await tryToListen(host, port)
  if (code === undefined) return { result: 'ok', about: `port ${port} is free` }
  if (code !== 'EADDRINUSE') return { result: 'missing', about: `port ${port} on ${host}: ${code}`, remedy: 'set SLUICE_HTTP_PORT and SLUICE_HTTP_HOST' }
  if (await isSluice(ownUrl(host, port))) return { result: 'ok', about: `port ${port}: Sluice is running there` }
  return { result: 'missing', about: `port ${port} is taken by another program`, remedy: `SLUICE_HTTP_PORT=${port + 1} npm start` }
}

async function isSluice(origin: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(3000)
    const [health, api] = await Promise.all([fetch(`${origin}/healthz`, { signal }), fetch(`${origin}/api/v1/accounts/me`, { signal })])
    return health.ok && (api.headers.get('content-type') ?? '').includes('problem+json')
  } catch {
    return false
  }
}

/** The error's code, undefined when it can be listened on. */
function tryToListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((settle) => {
    const server = createServer()
    server.once('error', (error: NodeJS.ErrnoException) => settle(error.code ?? error.message))
    server.listen(port, host, () => server.close(() => settle(undefined)))
  })
}

async function nearestExisting(path: string): Promise<string> {
  for (let directory = path; ; directory = dirname(directory)) {
    const found = await stat(directory).then(
      () => true,
      () => false,
    )
    if (found || directory === dirname(directory)) return directory
  }
}

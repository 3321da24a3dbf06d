/** Directories for what ffmpeg writes: one per task, removed with it; what dead processes left is removed at start. */
import { mkdtemp, mkdir, readdir, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'

/** In its name, since containers that share `parent` all have the same few process ids. */
const ownHost = hostname().toLowerCase().replace(/[^a-z0-9-]/g, '-')
/** A version from before wrote no host. */
const namePattern = /^sluice-(?:([a-z0-9-]*)-)?([0-9]+)$/
/** No task runs longer than an hour, and every task touches its process's directory. */
const untouchedMs = 24 * 3_600_000

/** This process's own directory below `parent`, made later by the first task. */
export const ownWorkRoot = (parent: string): string => join(parent, `sluice-${ownHost}-${process.pid}`)

/** Runs `use` with a fresh directory and removes it afterwards, whatever happened. */
export async function withWorkDirectory<T>(workRoot: string, use: (directory: string) => Promise<T>): Promise<T> {
  await mkdir(workRoot, { recursive: true, mode: 0o700 })
  const directory = await mkdtemp(join(workRoot, 'task-'))
  try {
    return await use(directory)
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 3 })
  }
}

/**
 * Removes what processes that are gone left below `parent`. Of other hosts nobody here can tell whether their processes
 * live, and a container never comes back under its name: theirs goes when it was left alone for a day.
 */
export async function removeStaleWork(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const [, host, pid] = namePattern.exec(name) ?? []
    if (pid === undefined) continue
    const path = join(parent, name)
    const isStale = host === ownHost ? !isAlive(Number(pid)) : await isUntouched(path)
    if (isStale) await rm(path, { recursive: true, force: true }).catch(() => {})
  }
}

/** One that is gone meanwhile is nobody's to remove. */
const isUntouched = (path: string): Promise<boolean> =>
  stat(path).then(
    ({ mtimeMs }) => mtimeMs < Date.now() - untouchedMs,
    () => false,
  )

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

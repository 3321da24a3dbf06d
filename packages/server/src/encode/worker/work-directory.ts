/** Directories for what ffmpeg writes: one per task, removed with it; those of dead processes are removed at start. */
import { mkdtemp, mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

const namePattern = /^sluice-([0-9]+)$/

/** This process's own directory below `parent`, made later by the first task. */
export const ownWorkRoot = (parent: string): string => join(parent, `sluice-${process.pid}`)

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

/** Removes what processes that are gone left below `parent`. */
export async function removeStaleWork(parent: string): Promise<void> {
  for (const name of await readdir(parent)) {
    const pid = Number(namePattern.exec(name)?.[1] ?? NaN)
    if (Number.isNaN(pid) || isAlive(pid)) continue
    await rm(join(parent, name), { recursive: true, force: true }).catch(() => {})
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

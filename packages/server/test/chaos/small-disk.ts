/** A work directory on a disk of its own that is small, and can be filled from outside: in a user namespace anybody may mount one. */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const megabytes = 64

/** The command within which a process sees the disk at `directory`; undefined where there are no user namespaces. */
export function smallDiskAt(directory: string): string[] | undefined {
  mkdirSync(directory, { recursive: true })
  const within = ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', `mount -t tmpfs -o size=${megabytes}m none "$0" && exec "$@"`, directory]
  return spawnSync(within[0]!, [...within.slice(1), 'true'], { timeout: 20_000 }).status === 0 ? within : undefined
}

/** Leaves no byte free on the disk as the process sees it. Answers how to make room again; both do nothing once the process is gone. */
export function fillDisk(pid: number, directory: string): () => void {
  const filler = join(`/proc/${pid}/root`, directory, 'filler')
  const block = Buffer.alloc(64 * 1024)
  try {
    const file = openSync(filler, 'w')
    try {
      for (let written = 0; written <= megabytes * 16; written++) writeSync(file, block)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (!['ENOSPC', 'ENOENT', 'ESRCH', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error
  }
  return () => {
    try {
      rmSync(filler, { force: true })
    } catch {
      // The process is gone, and its disk with it.
    }
  }
}

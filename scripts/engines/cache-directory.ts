/** Where what engines are built of is kept: outside of the checkout, so that a fresh clone need not build again. */
import { mkdir, rename, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

const root = (): string => join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'sluice', 'engines')

/**
 * The path of `name` in the cache, made by `make` when it is missing: it gets a path of its own to write to, which is
 * moved in place at the end, so a build that was cut off is no build. `name` carries the version.
 */
export async function cached(name: string, make: (path: string) => Promise<void>): Promise<string> {
  const path = join(root(), name)
  if (existsSync(path)) return path
  const draft = `${path}.${process.pid}`
  await mkdir(root(), { recursive: true })
  try {
    await make(draft)
    await rename(draft, path).catch((error: unknown) => {
      // Another process was faster.
      if (!existsSync(path)) throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return path
}

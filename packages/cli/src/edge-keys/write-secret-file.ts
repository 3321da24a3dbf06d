/** Puts a secret file in the place of the one before, in one step, and only when it says something else. */
import { randomBytes } from 'node:crypto'
import { chmod, chown, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'

/** True when it changed. A new file is its owner's alone (mode 600); one that was there keeps its owner and mode. Rejects with the system's errors. */
export async function writeSecretFile(path: string, text: string): Promise<boolean> {
  const before = await stat(path).catch(absent)
  if (before && (await readFile(path, 'utf8')) === text) return false
  const fresh = `${path}.${randomBytes(6).toString('hex')}`
  try {
    await writeFile(fresh, text, { mode: 0o600, flag: 'wx' })
    if (before) {
      await chown(fresh, before.uid, before.gid)
      await chmod(fresh, before.mode & 0o777)
    }
    await rename(fresh, path)
  } catch (error) {
    await rm(fresh, { force: true })
    throw error
  }
  return true
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

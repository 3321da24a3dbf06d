/** The installation's own secret, which signs the directory driver's URLs. */
import { randomBytes } from 'node:crypto'
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** 32 bytes, made at first start and kept in `secret` (mode 0600). Racing first starts agree on one. */
export function dataDirectorySecret(directory: string): Buffer {
  const path = join(directory, 'secret')
  const read = () => Buffer.from(readFileSync(path, 'utf8').trim(), 'hex')
  try {
    return read()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  const draft = `${path}.${randomBytes(4).toString('hex')}`
  writeFileSync(draft, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flush: true })
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    rmSync(draft)
  }
  return read()
}

/** The data directory: one process at a time, and a secret that stays. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { DataDirectoryInUse, lockDataDirectory } from '../../src/drivers/data-directory/lock.ts'
import { dataDirectorySecret } from '../../src/drivers/data-directory/secret.ts'
import { scratchDirectory } from './scratch-directory.ts'

test('a second process is told, and may have it once the first is gone', async (t) => {
  const scratch = await scratchDirectory()
  t.after(scratch.remove)
  const directory = join(scratch.path, 'data')
  const unlock = lockDataDirectory(directory)
  assert.throws(() => lockDataDirectory(directory), DataDirectoryInUse)
  unlock()
  lockDataDirectory(directory)()
})

test('the secret is made once and is for the owner alone', async (t) => {
  const { path: directory, remove } = await scratchDirectory()
  t.after(remove)
  const secret = dataDirectorySecret(directory)
  assert.equal(secret.length, 32)
  assert.deepEqual(dataDirectorySecret(directory), secret)
  assert.equal(statSync(join(directory, 'secret')).mode & 0o077, 0)
})

/** The embedded drivers on a disk that is really full: refused as unavailable, nothing lost, and well again when there is room. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { scratchDirectory } from './scratch-directory.ts'

/** In a user namespace anybody may mount a disk of a few MB that is gone with the process. */
const onSmallDisk = (path: string, ...command: string[]) =>
  spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', 'mount -t tmpfs -o size=12m none "$0" && exec "$@"', path, ...command], { encoding: 'utf8', timeout: 60_000 })

test('a full disk is refused, lost is nothing, and room is used again', { timeout: 90_000 }, async (t) => {
  const { path, remove } = await scratchDirectory()
  t.after(remove)
  if (onSmallDisk(path, 'true').status !== 0) return t.skip('no user namespaces here')
  const { stdout, stderr } = onSmallDisk(path, process.execPath, join(import.meta.dirname, 'full-disk-child.ts'), path)
  assert.equal(stdout, 'recovered\n', stderr)
})

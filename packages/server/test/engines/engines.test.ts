/** The engines themselves: each starts, answers, and leaves nothing behind. */
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { engines } from '../../../../scripts/engines/all.ts'
import { descendantsOf } from '../../../../scripts/test/descendants.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'

for (const { name, start } of engines) {
  test(`${name} starts on loopback and stops cleanly`, { timeout: 500_000 }, async () => {
    const { path, remove } = await scratchDirectory()
    try {
      const engine = await start({ directory: path })
      assert.ok(descendantsOf(process.pid).length > 0)
      await engine.stop()
      await engine.stop()
      assert.deepEqual(descendantsOf(process.pid), [])
    } finally {
      await remove()
    }
  })
}

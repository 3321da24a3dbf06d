/** Nothing holds a file in memory: a large one costs no more than a small one. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { test } from 'node:test'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { scratchDirectory, sparseFile } from '../scratch-file.ts'
import { startUploadServer } from '../upload-server.ts'

const partSizeBytes = 32 * 2 ** 20
const sizeBytes = 2 ** 31 + 12_345

test('a file beyond 2 GB is uploaded, with checksums, in less than 256 MB', async () => {
  const scratch = await scratchDirectory()
  const server = await startUploadServer({ partSizeBytes })
  try {
    const path = join(scratch.path, 'long.mp4')
    await sparseFile(path, sizeBytes)
    const script = fileURLToPath(new URL('./upload-child.ts', import.meta.url))
    const child = spawn(process.execPath, [script, server.baseUrl, path, join(scratch.path, 'state')], { stdio: ['ignore', 'pipe', 'inherit'] })
    const [said, [code]] = await Promise.all([json(child.stdout) as Promise<{ maxRssBytes: number }>, once(child, 'exit')])
    assert.equal(code, 0)
    const stored = [...server.only().parts.values()].reduce((sum, part) => sum + part.sizeBytes, 0)
    assert.equal(stored, sizeBytes)
    assert.ok(said.maxRssBytes < 256e6, `${Math.round(said.maxRssBytes / 1e6)} MB`)
  } finally {
    await server.close()
    await scratch.remove()
  }
})

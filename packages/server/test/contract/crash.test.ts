/** kill -9 at any moment: nothing that was acknowledged is lost, nothing that is torn is claimed. */
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openSqliteDocuments } from '../../src/drivers/documents/sqlite/open.ts'
import { openDirectoryObjects } from '../../src/drivers/objects/directory/open.ts'
import { sendProblem } from '../../src/http/problem.ts'
import { scratchDirectory } from './scratch-directory.ts'
import { startChild } from './start-child.ts'

test('documents: every acknowledged batch is there after kill -9, and none by half', { timeout: 120_000 }, async () => {
  const { path: directory, remove } = await scratchDirectory()
  const path = join(directory, 'documents.sqlite')
  const child = startChild('crash-documents-child.ts', [path])
  const acknowledged: number[] = []
  for await (const line of child.lines) {
    acknowledged.push(Number(line))
    if (acknowledged.length === 300) void child.kill()
  }
  await child.kill()
  // The last line may have been cut off in the pipe.
  acknowledged.pop()
  assert.ok(acknowledged.length >= 299)

  const documents = await openSqliteDocuments({ path })
  const stored = new Set<string>()
  for (let cursor: string | undefined; ; ) {
    const page = await documents.range('chunk', 'crash', { limit: 1000, cursor })
    for (const { sk } of page.items) stored.add(sk)
    if (page.cursor === undefined) break
    cursor = page.cursor
  }
  assert.deepEqual(acknowledged.filter((number) => !stored.has(`${number}/0`) || !stored.has(`${number}/1`)), [])
  for (const sk of stored) assert.ok(stored.has(sk.endsWith('0') ? sk.replace(/0$/, '1') : sk.replace(/1$/, '0')), sk)
  await documents.close()
  await remove()
})

test('objects: acknowledged parts survive kill -9, and every recorded part has the bytes of its ETag', { timeout: 120_000 }, async () => {
  const { path: directory, remove } = await scratchDirectory()
  const dir = join(directory, 'objects')
  const partSizeBytes = 3 * 2 ** 20
  const partCount = 12
  const child = startChild('crash-parts-child.ts', [dir, String(partCount * partSizeBytes), String(partSizeBytes)])
  const { upload, urls } = JSON.parse((await child.lines.next()).value as string) as { upload: { bucket: 'raw'; key: string; uploadId: string }; urls: string[] }

  // Parts are sent again and again with other bytes, four at a time, until the server dies under them.
  const acknowledged = new Map<number, string>()
  const latest = new Map<number, number>()
  let sent = 0
  const send = async () => {
    for (;;) {
      const partNumber = (sent++ % partCount) + 1
      const mine = sent
      latest.set(partNumber, mine)
      acknowledged.delete(partNumber)
      const response = await fetch(urls[partNumber - 1]!, { method: 'PUT', body: randomBytes(partSizeBytes) })
      assert.equal(response.status, 200)
      if (latest.get(partNumber) === mine) acknowledged.set(partNumber, response.headers.get('etag')!)
      if (sent === 40) void child.kill()
    }
  }
  await Promise.all(Array.from({ length: 4 }, () => send().catch((error) => assert.ok(error instanceof TypeError, String(error)))))
  await child.kill()

  const { objects } = await openDirectoryObjects({ dir, secret: 'crash', readBaseUrl: () => '', sendProblem })
  const parts = await objects.listParts(upload)
  const data = await readFile(join(dir, 'uploads', upload.uploadId, 'data'))
  for (const { partNumber, etag } of parts) {
    const bytes = data.subarray((partNumber - 1) * partSizeBytes, partNumber * partSizeBytes)
    assert.equal(etag, `"${createHash('sha256').update(bytes).digest('hex')}"`, `part ${partNumber}`)
  }
  for (const [partNumber, etag] of acknowledged) assert.equal(parts.find((part) => part.partNumber === partNumber)?.etag, etag, `part ${partNumber}`)
  assert.ok(acknowledged.size >= partCount - 4)
  await objects.close()
  await remove()
})

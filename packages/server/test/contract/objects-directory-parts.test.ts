/** The directory driver's part URLs: exact answers, CORS, torn and rival PUTs, and that nothing else is touched. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { openDirectoryServer, type DirectoryServer } from './directory-server.ts'
import { eventually } from './eventually.ts'
import { beginUpload, partSizeBytes, putPart, sha256, signPart, type TestUpload } from './put-parts.ts'
import { rawPut } from './raw-put.ts'

describe('part URLs of the directory driver', { timeout: 180_000 }, () => {
  let store: DirectoryServer
  let nowMs = Date.now()
  before(async () => {
    store = await openDirectoryServer({ stallSeconds: 1, clock: () => nowMs })
  })
  after(async () => {
    await store.objects.close()
    await store.close()
  })

  const dataOf = (upload: TestUpload) => readFile(join(store.dir, 'uploads', upload.uploadId, 'data'))
  const recorded = async (upload: TestUpload) => (await store.objects.listParts(upload)).map((part) => part.partNumber)
  const put = (url: string, body: Uint8Array) => fetch(url, { method: 'PUT', body: new Uint8Array(body) })
  const assertProblem = async (response: Response, status: number, code: string) => {
    assert.equal(response.headers.get('content-type'), 'application/problem+json')
    assert.equal(response.headers.get('access-control-allow-origin'), '*')
    const problem = (await response.json()) as { status: number; code: string }
    assert.deepEqual([response.status, problem.status, problem.code], [status, status, code])
  }

  test('each wrong PUT is a problem with its own code, and the upload goes on', async () => {
    const { upload, parts } = await beginUpload(store)
    const { url } = await signPart(store, upload, 3)
    const body = parts[2]!
    for (const [name, value] of [['size', '1235'], ['expires', '9999999999'], ['signature', 'AAAA'], ['sha256', sha256(body)]] as const) {
      const changed = new URL(url)
      changed.searchParams.set(name, value)
      await assertProblem(await put(changed.href, body), 403, 'part_url_invalid')
    }
    await assertProblem(await put(url.replace('/3?', '/2?'), body), 403, 'part_url_invalid')
    await assertProblem(await put(`${store.baseUrl}/objects/parts/${upload.uploadId}/3`, body), 403, 'part_url_invalid')
    await assertProblem(await put(url, Buffer.concat([body, body])), 413, 'part_too_large')
    await assertProblem(await put(url, body.subarray(1)), 422, 'part_too_small')
    await assertProblem(await put(url, Buffer.alloc(0)), 422, 'part_too_small')
    const bound = await signPart(store, upload, 3, { checksumSha256: sha256(body) })
    await assertProblem(await put(bound.url, randomBytes(body.length)), 422, 'part_checksum_mismatch')
    nowMs += 601_000
    await assertProblem(await put(url, body), 410, 'part_url_expired')
    assert.deepEqual(await recorded(upload), [])
    await putPart(store, upload, 3, body)
    assert.deepEqual(await recorded(upload), [3])
    const late = await signPart(store, upload, 1)
    await store.objects.abortUpload(upload)
    await assertProblem(await put(late.url, parts[0]!), 404, 'upload_not_found')
  })

  test('only the sizes of the upload are signed', async () => {
    const { upload } = await beginUpload(store)
    for (const wrong of [{ sizeBytes: partSizeBytes - 1 }, { checksumSha256: 'short' }]) {
      await assert.rejects(async () => signPart(store, upload, 1, wrong), (error) => error instanceof RangeError || error instanceof TypeError)
    }
    for (const partNumber of [0, 4, 1.5]) await assert.rejects(async () => signPart(store, upload, partNumber), RangeError)
  })

  test('a browser on another origin may PUT and read the ETag', async () => {
    const { upload, parts } = await beginUpload(store)
    const { url } = await signPart(store, upload, 3)
    const preflight = await fetch(url, {
      method: 'OPTIONS',
      headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'PUT', 'access-control-request-headers': 'content-type' },
    })
    assert.equal(preflight.status, 204)
    assert.deepEqual(
      ['access-control-allow-origin', 'access-control-allow-methods', 'access-control-allow-headers'].map((name) => preflight.headers.get(name)),
      ['*', 'PUT', '*'],
    )
    const response = await put(url, parts[2]!)
    assert.match(response.headers.get('access-control-expose-headers')!, /ETag/)
    assert.match(response.headers.get('etag')!, /^"[0-9a-f]{64}"$/)
    const other = await fetch(url, { method: 'POST', body: 'x' })
    assert.deepEqual([other.status, other.headers.get('allow')], [405, 'PUT, OPTIONS'])
  })

  test('a body longer than the part writes nothing beyond it, even when its length was not declared', async () => {
    const { upload, parts } = await beginUpload(store)
    const next = await putPart(store, upload, 2, parts[1]!)
    const long = rawPut((await signPart(store, upload, 1)).url)
    // The server may cut the connection before all of it was sent: that is its right.
    await long.send(Buffer.concat([parts[0]!, randomBytes(500_000)])).catch(() => {})
    long.end()
    const answer = await long.answer
    assert.deepEqual([answer.status, (JSON.parse(answer.body) as { code: string }).code], [413, 'part_too_large'])
    assert.deepEqual(await recorded(upload), [2])
    assert.ok((await dataOf(upload)).subarray(partSizeBytes, 2 * partSizeBytes).equals(parts[1]!))
    const rest = [await putPart(store, upload, 1, parts[0]!), next, await putPart(store, upload, 3, parts[2]!)]
    await store.objects.completeUpload(upload, rest)
  })

  test('a PUT that breaks off records nothing, and takes away the record of what it overwrote', async () => {
    const { upload, parts, bytes } = await beginUpload(store)
    const { url } = await signPart(store, upload, 1)
    await putPart(store, upload, 1, parts[0]!)
    const torn = rawPut(url, partSizeBytes)
    await torn.send(Buffer.alloc(3 * 2 ** 20))
    await eventually('the record goes before the bytes do', async () => (await recorded(upload)).length === 0)
    torn.breakOff()
    await assert.rejects(torn.answer)
    assert.deepEqual(await recorded(upload), [])
    const sent = [await putPart(store, upload, 1, parts[0]!), await putPart(store, upload, 2, parts[1]!), await putPart(store, upload, 3, parts[2]!)]
    await store.objects.completeUpload(upload, sent)
    assert.ok(Buffer.from(await store.objects.get('raw', upload.key)).equals(bytes))
  })

  test('a PUT that falls silent is cut off, and a stored part that it had not touched stays', async () => {
    const { upload, parts } = await beginUpload(store)
    const { url } = await signPart(store, upload, 1)
    await putPart(store, upload, 1, parts[0]!)
    const silent = rawPut(url, partSizeBytes)
    await silent.send(Buffer.alloc(1000))
    await assert.rejects(silent.answer)
    assert.deepEqual(await recorded(upload), [1])
  })

  test('rival PUTs of a part: the ETag that stays is that of the bytes that stay', async () => {
    const { upload, parts } = await beginUpload(store)
    const rivals = Array.from({ length: 6 }, () => randomBytes(partSizeBytes))
    const answers = await Promise.all(rivals.map((bytes) => putPart(store, upload, 1, bytes)))
    const [kept] = await store.objects.listParts(upload)
    const winner = answers.findIndex((answer) => answer.etag === kept!.etag)
    assert.ok((await dataOf(upload)).subarray(0, partSizeBytes).equals(rivals[winner]!))
    const rest = [await putPart(store, upload, 2, parts[1]!), await putPart(store, upload, 3, parts[2]!)]
    await store.objects.completeUpload(upload, [{ partNumber: 1, etag: kept!.etag }, ...rest])
  })

  test('a part that is being overwritten cannot be completed; a forgotten repeat does not hold the completion up', async () => {
    const { upload, parts } = await beginUpload(store)
    const sent = [await putPart(store, upload, 1, parts[0]!), await putPart(store, upload, 2, parts[1]!), await putPart(store, upload, 3, parts[2]!)]
    const overwriting = rawPut((await signPart(store, upload, 2)).url, partSizeBytes)
    await overwriting.send(Buffer.alloc(3 * 2 ** 20))
    await eventually('it overwrites', async () => (await recorded(upload)).length === 2)
    await assert.rejects(store.objects.completeUpload(upload, sent), { name: 'BadPart', partNumbers: [2] })
    overwriting.breakOff()
    await putPart(store, upload, 2, parts[1]!)
    const repeat = rawPut((await signPart(store, upload, 1)).url, partSizeBytes)
    await repeat.send(Buffer.alloc(1000))
    await store.objects.completeUpload(upload, sent)
    await repeat.answer.then((answer) => assert.ok(answer.status >= 400), () => {})
  })

  test('aborting an upload ends its running PUTs and leaves no file', async () => {
    const { upload } = await beginUpload(store)
    const running = rawPut((await signPart(store, upload, 1)).url, partSizeBytes)
    await running.send(Buffer.alloc(2 * 2 ** 20))
    await store.objects.abortUpload(upload)
    await running.answer.then((answer) => assert.ok(answer.status >= 400), () => {})
    await assert.rejects(dataOf(upload), { code: 'ENOENT' })
  })
})

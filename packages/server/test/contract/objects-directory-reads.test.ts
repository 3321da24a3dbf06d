/** The directory driver's read URLs: HEAD, conditional and odd ranges, clients that leave, files that are let go. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { get } from 'node:http'
import { openDirectoryServer, type DirectoryServer } from './directory-server.ts'
import { eventually } from './eventually.ts'

describe('read URLs of the directory driver', { timeout: 120_000 }, () => {
  const key = 'v/reads/source'
  const bytes = randomBytes(12_000_000)
  let store: DirectoryServer
  let url: string
  before(async () => {
    store = await openDirectoryServer()
    await store.objects.put('raw', key, bytes, { mediaType: 'video/mp4' })
    url = await store.objects.signRead('raw', key, 600)
  })
  after(async () => {
    await store.objects.close()
    await store.close()
  })

  test('HEAD answers the headers alone', async () => {
    const { etag } = (await store.objects.head('raw', key))!
    const whole = await fetch(url, { method: 'HEAD' })
    assert.deepEqual([whole.status, whole.headers.get('content-length'), whole.headers.get('etag')], [200, '12000000', etag])
    const range = await fetch(url, { method: 'HEAD', headers: { range: 'bytes=1-2' } })
    assert.deepEqual([range.status, range.headers.get('content-length')], [206, '2'])
    assert.equal((await fetch(url, { method: 'DELETE' })).status, 405)
  })

  test('what is no single range is answered with the whole; If-Range asks for the same ETag', async () => {
    const { etag } = (await store.objects.head('raw', key))!
    for (const [headers, status] of [
      [{ range: 'bytes=0-1,5-6' }, 200],
      [{ range: 'bytes=5-1' }, 200],
      [{ range: 'lines=0-1' }, 200],
      [{ range: 'bytes=-' }, 200],
      [{ range: 'bytes=-0' }, 416],
      [{ range: 'bytes=12000000-' }, 416],
      [{ range: 'bytes=0-1', 'if-range': etag }, 206],
      [{ range: 'bytes=0-1', 'if-range': '"another"' }, 200],
    ] as const) {
      const response = await fetch(url, { headers })
      const body = await response.arrayBuffer()
      assert.equal(response.status, status, JSON.stringify(headers))
      assert.equal(body.byteLength, { 200: bytes.length, 206: 2, 416: 0 }[status])
    }
  })

  test('20 readers at once get the same bytes', async () => {
    const bodies = await Promise.all(Array.from({ length: 20 }, async () => Buffer.from(await (await fetch(url)).arrayBuffer())))
    assert.ok(bodies.every((body) => body.equals(bytes)))
  })

  test('a client that leaves in the middle leaves no file open, and harms nobody', { skip: !existsSync('/proc/self/fd') }, async () => {
    const leave = () =>
      new Promise<void>((resolve, reject) => {
        const request = get(url, { agent: false }, (response) => {
          response.once('data', () => {
            request.destroy()
            resolve()
          })
        })
        request.on('error', reject)
      })
    await Promise.all(Array.from({ length: 20 }, leave))
    const held = () => readdirSync('/proc/self/fd').filter((fd) => linkOf(fd).startsWith(store.dir)).length
    await eventually('every file is closed', () => held() === 0)
    assert.ok(Buffer.from(await (await fetch(url)).arrayBuffer()).equals(bytes))
  })

  test('an object that is deleted while it is read is read to its end', async () => {
    await store.objects.put('raw', `${key}-gone`, bytes, { mediaType: 'video/mp4' })
    const response = await fetch(await store.objects.signRead('raw', `${key}-gone`, 600))
    await store.objects.delete('raw', [`${key}-gone`])
    assert.ok(Buffer.from(await response.arrayBuffer()).equals(bytes))
  })

  test('nothing else below /objects/ is served', async () => {
    for (const path of ['/objects/', '/objects/raw/v', '/objects/read/raw/../../secret', '/objects/read/nothing/a', '/objects/parts/']) {
      const response = await fetch(store.baseUrl + path)
      assert.ok([403, 404, 405].includes(response.status), `${path} ${response.status}`)
    }
  })
})

/** A descriptor may close while we look. */
function linkOf(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return ''
  }
}

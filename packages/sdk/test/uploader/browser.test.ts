/** The uploader in Chromium: a File by XHR to another origin, faults, a closed tab. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Page } from 'playwright-core'
import { withoutChromium, withPage } from '../browser-page.ts'
import { partCount, withServer } from './with-server.ts'

type Sdk = typeof import('../../src/index.ts')
type Told = { videoId: string; phases: string[] }

/** Uploads the file of the page's input, with a resume store; answers what the uploader told on the way. */
const uploadIn = (page: Page, baseUrl: string): Promise<Told> =>
  page.evaluate(async (url) => {
    const { blobSource, createClient, createUpload, openLocalResumeStore } = (await import('/index.ts' as string)) as Sdk
    const file = document.querySelector('input')!.files![0]!
    const upload = createUpload(createClient({ baseUrl: url }), blobSource(file), { resumeStore: openLocalResumeStore(), backoffBaseMs: 10, concurrency: 2 })
    const phases: string[] = []
    upload.subscribe(() => phases.at(-1) !== upload.snapshot().phase && phases.push(upload.snapshot().phase))
    const { id } = await upload.start()
    return { videoId: id, phases }
  }, baseUrl)

test('a file goes up whole from a page, over cut connections and expired URLs', { skip: withoutChromium }, () =>
  withServer(
    {
      onPart(partNumber, attempt) {
        if (attempt > 1) return undefined
        return partNumber === 3 ? 'cut' : partNumber === 5 ? { status: 403 } : partNumber === 8 ? { status: 503, retryAfter: 0 } : undefined
      },
    },
    ({ server, path, hashes, storedHashes }) =>
      withPage(async (page, modules) => {
        await page.setInputFiles('input', path)
        const { videoId, phases } = await uploadIn(page, server.baseUrl)
        assert.equal(videoId, server.only().videoId)
        assert.deepEqual(phases, ['starting', 'uploading', 'completing', 'done'])
        assert.deepEqual(storedHashes(), hashes)
        assert.ok(server.declaredChecksums() >= partCount)
        assert.ok(modules.length > 10 && modules.every((path) => !path.includes('node')), `nothing of Node is loaded: ${modules.join(' ')}`)
      }),
  ),
)

test('a tab that was closed in the middle is gone on with by the next one', { skip: withoutChromium }, () =>
  withServer({ onPart: (partNumber) => (partNumber > 6 ? 'stall' : undefined) }, ({ server, path, hashes, storedHashes }) =>
    withPage(async (page) => {
      await page.setInputFiles('input', path)
      const six = new Promise<void>((resolve) =>
        server.setFaults({ onPart: (partNumber) => (partNumber > 6 ? 'stall' : undefined), onStored: () => server.only().parts.size === 6 && resolve() }),
      )
      const cutOff = uploadIn(page, server.baseUrl).catch(() => 'cut off')
      await six
      await page.reload()
      assert.equal(await cutOff, 'cut off')
      server.setFaults({})
      const before = server.puts.length
      await page.setInputFiles('input', path)
      await uploadIn(page, server.baseUrl)
      assert.equal(server.uploads.size, 1)
      assert.deepEqual(storedHashes(), hashes)
      assert.equal(server.puts.length - before, partCount - 6)
    }),
  ),
)

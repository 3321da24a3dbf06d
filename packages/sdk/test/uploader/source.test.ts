/** What sources say of a file that changed, and of one that can't be read now. */
import assert from 'node:assert/strict'
import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { blobSource, SourceChanged, SourceUnreadable } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { scratchDirectory } from '../scratch-file.ts'

const span = { from: 0, to: 4 }

test('a file on disk: changed is what a look at it shows; gone or failing to be read is unreadable', async (t) => {
  const scratch = await scratchDirectory()
  t.after(scratch.remove)
  const path = join(scratch.path, 'film.mp4')
  await writeFile(path, 'film')
  const source = await fileSource(path)
  await source.check()
  await rename(path, `${path}.away`)
  await assert.rejects(source.check(), SourceUnreadable)
  await rename(`${path}.away`, path)
  await source.check()
  await writeFile(path, 'another film')
  await assert.rejects(source.check(), SourceChanged)
  await source.close!()
  // A closed handle fails as one does whose disk is away.
  await assert.rejects(source.sha256!(span, new AbortController().signal), SourceUnreadable)
})

test('a file of a page: the browser does not say why it can’t be read', async () => {
  for (const name of ['NotReadableError', 'NotFoundError']) {
    const blob = new Blob(['film'])
    blob.slice = () => Object.assign(new Blob(), { arrayBuffer: () => Promise.reject(new DOMException('no', name)) })
    const source = blobSource(blob, { name: 'film.mp4' })
    await assert.rejects(source.check(), SourceUnreadable)
    await assert.rejects(source.sha256!(span, new AbortController().signal), SourceUnreadable)
  }
})

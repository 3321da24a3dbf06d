/** The contract of the documents port: every driver passes it. Real tables, random partitions: a shared store will do. */
import { after, before, describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { DriverUnavailable } from '../../src/base/errors.ts'
import type { Documents } from '../../src/ports/documents.ts'
import { batchContract } from './documents-batch.ts'
import { concurrencyContract } from './documents-concurrency.ts'
import { rangeContract } from './documents-range.ts'
import { singleContract } from './documents-single.ts'

export type OpenedDocuments = {
  documents: Documents
  /** Opens the same store again, after `documents` was closed. */
  reopen: () => Promise<Documents>
  /** Removes the store; `documents` and what was reopened are closed already. */
  close: () => Promise<void>
}

export function documentsContract(name: string, open: () => Promise<OpenedDocuments>): void {
  describe(`documents on ${name}`, { timeout: 120_000 }, () => {
    let opened: OpenedDocuments
    let documents: Documents
    before(async () => {
      opened = await open()
      documents = opened.documents
    })
    after(async () => {
      await documents.close()
      await opened.close()
    })
    singleContract(() => documents)
    rangeContract(() => documents)
    batchContract(() => documents)
    concurrencyContract(() => documents)

    test('ping resolves, and everything is still there after a close and an open', async () => {
      await documents.ping()
      const version = await documents.put('due', 'reopened', 'a', { kept: true })
      await documents.close()
      await assert.rejects(documents.get('due', 'reopened', 'a'), DriverUnavailable)
      await assert.rejects(documents.ping(), DriverUnavailable)
      documents = await opened.reopen()
      assert.deepEqual(await documents.get('due', 'reopened', 'a'), { sk: 'a', value: { kept: true }, version })
    })
  })
}

/** The contract of the objects port: every driver passes it. Random prefixes: a shared bucket will do. */
import { after, before, describe } from 'node:test'
import type { Objects } from '../../src/ports/objects.ts'
import { multipartContract } from './objects-multipart.ts'
import { signedContract } from './objects-signed.ts'
import { wholeContract } from './objects-whole.ts'

export type OpenedObjects = {
  objects: Objects
  /** The origin that part URLs are asked for. */
  baseUrl: string
  /** Opens the same store again, after `objects` was closed. */
  reopen: () => Promise<Objects>
  /** Removes the store; `objects` and what was reopened are closed already. */
  close: () => Promise<void>
}

export function objectsContract(name: string, open: () => Promise<OpenedObjects>): void {
  describe(`objects on ${name}`, { timeout: 300_000 }, () => {
    let opened: OpenedObjects
    before(async () => {
      opened = await open()
    })
    after(async () => {
      await opened.objects.close()
      await opened.close()
    })
    const now = () => opened
    wholeContract(() => opened.objects)
    multipartContract(now)
    signedContract(now)
  })
}

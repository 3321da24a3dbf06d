/** The contract of the objects port: every driver passes it. Random prefixes: a shared bucket will do. */
import { after, before, describe } from 'node:test'
import { multipartContract } from './objects-multipart.ts'
import { signedContract } from './objects-signed.ts'
import { wholeContract } from './objects-whole.ts'
import type { OpenedObjects } from './opened-objects.ts'

export function objectsContract(name: string, open: () => Promise<OpenedObjects>): void {
  describe(`objects on ${name}`, { timeout: 800_000 }, () => {
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

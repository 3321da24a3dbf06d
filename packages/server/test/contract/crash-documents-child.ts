/** Run by the crash test: writes documents as fast as it can and prints each one's number once it is acknowledged. */
import { openSqliteDocuments } from '../../src/drivers/documents/sqlite/open.ts'

const documents = await openSqliteDocuments({ path: process.argv[2]! })
let last = 0
await Promise.all(
  Array.from({ length: 16 }, async () => {
    for (;;) {
      const number = ++last
      const both = [0, 1].map((half) => ({ put: { sk: `${number}/${half}`, value: 'x'.repeat(500), ifVersion: 'absent' as const } }))
      await documents.batch('chunk', 'crash', both)
      process.stdout.write(`${number}\n`)
    }
  }),
)

/** The thread that holds the documents file. */
import { workerData } from 'node:worker_threads'
import { openDatabase } from '../../sqlite-thread/open-database.ts'
import { serveRequests } from '../../sqlite-thread/serve-requests.ts'
import { performer } from './perform.ts'
import type { DocumentRequest } from './requests.ts'
import { documentsSchema } from './schema.ts'

serveRequests<DocumentRequest>(() => {
  const database = openDatabase((workerData as { path: string }).path, documentsSchema)
  return { database, work: { isRead: ({ kind }) => kind !== 'write' && kind !== 'purge', perform: performer(database) } }
})

/** The thread that holds the queue file. */
import { workerData } from 'node:worker_threads'
import { openDatabase } from '../../sqlite-thread/open-database.ts'
import { serveRequests } from '../../sqlite-thread/serve-requests.ts'
import { performer } from './perform.ts'
import type { QueueRequest } from './requests.ts'
import { queueSchema } from './schema.ts'

serveRequests<QueueRequest>(() => {
  const { path, maxAttempts } = workerData as { path: string; maxAttempts: number }
  const database = openDatabase(path, queueSchema)
  const reads: QueueRequest['kind'][] = ['depth', 'deadLetters', 'ping']
  return { database, work: { isRead: ({ kind }) => reads.includes(kind), perform: performer(database, maxAttempts) } }
})

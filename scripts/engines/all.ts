/** The engines, in the order in which they are started. */
import { prepareCassandra, startCassandra } from './cassandra.ts'
import type { EngineKind } from './engine.ts'
import { prepareNats, startNats } from './nats.ts'
import { startRedis } from './redis.ts'
import { prepareS3, startS3 } from './s3.ts'

export const engines: EngineKind[] = [
  { name: 'S3', prepare: prepareS3, start: startS3 },
  { name: 'Redis', prepare: async () => {}, start: startRedis },
  { name: 'Cassandra', prepare: prepareCassandra, start: startCassandra },
  { name: 'NATS', prepare: prepareNats, start: startNats },
]

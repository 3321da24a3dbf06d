/** How much waits, by priority, over all streams. */
import type { JetStreamManager } from '@nats-io/jetstream'
import type { Priority, QueueDepth } from '../../../ports/queue.ts'
import { consumerOf, laterSubject, priorities, shardNumbers, taskStream, taskSubject, type Layout } from './streams.ts'

/** Tasks that were given back by a dead worker count as leased until they are delivered again: the server does not tell them apart. */
export function readDepth(manager: JetStreamManager, layout: Layout): Promise<QueueDepth[]> {
  return Promise.all(
    priorities.map(async (priority) => {
      const shards = await Promise.all(shardNumbers(layout).map((shard) => shardDepth(manager, layout, shard, priority)))
      const sum = (name: 'ready' | 'delayed' | 'leased') => shards.reduce((total, shard) => total + shard[name], 0)
      return { priority, ready: sum('ready'), delayed: sum('delayed'), leased: sum('leased'), oldestSeconds: Math.max(...shards.map((shard) => shard.oldestSeconds)) }
    }),
  )
}

async function shardDepth(manager: JetStreamManager, layout: Layout, shard: number, priority: Priority): Promise<Omit<QueueDepth, 'priority'>> {
  const stream = taskStream(layout, shard)
  const [consumer, { state }] = await Promise.all([
    manager.consumers.info(stream, consumerOf(priority)),
    manager.streams.info(stream, { subjects_filter: laterSubject(layout, shard, priority, '*') }),
  ])
  const delayed = Object.values(state.subjects ?? {}).reduce((total, count) => total + count, 0)
  const next = consumer.num_pending === 0 ? null : await manager.direct.getMessage(stream, { seq: consumer.delivered.stream_seq + 1, next_by_subj: taskSubject(layout, shard, priority) })
  return {
    ready: consumer.num_pending,
    delayed,
    leased: consumer.num_ack_pending,
    oldestSeconds: next ? Math.max(0, Date.now() - next.time.getTime()) / 1000 : 0,
  }
}

/** The streams and consumers of the queue: how they are called, how they are set up, and that they are there. */
import { createHash } from 'node:crypto'
import { AckPolicy, DeliverPolicy, DiscardPolicy, ReplayPolicy, RetentionPolicy, StorageType, type ConsumerConfig, type JetStreamManager, type StreamConfig } from '@nats-io/jetstream'
import type { Priority } from '../../../ports/queue.ts'

export const priorities: Priority[] = [0, 1, 2, 3]

/** How long a delivery is somebody's without a word from him: the lease of the fleet. Others are kept by timers. */
export const ackWaitSeconds = 30

/** Above any fleet: each waiting encoder is a waiting pull, each task in work an unacknowledged delivery. */
const mostWaiting = 500_000
const mostUnacknowledged = 500_000

const deadLettersKept = 10_000
const nanoseconds = 1e9
const duplicateWindowSeconds = 120

export type Layout = {
  prefix: string
  /** Streams, over which videos are spread. */
  shards: number
  replicas: number
}

export const shardOf = ({ shards }: Layout, videoId: string): number => createHash('sha256').update(videoId).digest().readUInt32BE() % shards
export const shardNumbers = ({ shards }: Layout): number[] => Array.from({ length: shards }, (_, index) => index)
export const taskStream = ({ prefix }: Layout, shard: number): string => `${prefix}-tasks-${shard}`
export const deadStream = ({ prefix }: Layout): string => `${prefix}-dead`
export const consumerOf = (priority: Priority): string => `p${priority}`
export const taskSubject = ({ prefix }: Layout, shard: number, priority: Priority): string => `${prefix}.tasks.${shard}.p${priority}`
/** Where a task waits for its time: with `id`, a subject of its own, as the server's schedules ask. */
export const laterSubject = ({ prefix }: Layout, shard: number, priority: Priority, id: string): string => `${prefix}.tasks.${shard}.later.p${priority}.${id}`
export const deadSubject = ({ prefix }: Layout): string => `${prefix}.dead`
/** Who takes a task that was delivered before says so here. */
export const takenSubject = ({ prefix }: Layout): string => `${prefix}.taken`

/** What is missing is made; what is there stays as an administrator may have changed it. Safe to run by all processes at once. */
export async function ensureStreams(manager: JetStreamManager, layout: Layout): Promise<void> {
  for (const shard of shardNumbers(layout)) {
    await ensureStream(manager, taskStreamConfig(layout, shard))
    for (const priority of priorities) await ensureConsumer(manager, taskStream(layout, shard), consumerConfig(layout, shard, priority))
  }
  await ensureStream(manager, deadStreamConfig(layout))
}

const taskStreamConfig = (layout: Layout, shard: number): Config => ({
  name: taskStream(layout, shard),
  subjects: [`${layout.prefix}.tasks.${shard}.>`],
  retention: RetentionPolicy.Workqueue,
  storage: StorageType.File,
  num_replicas: layout.replicas,
  duplicate_window: duplicateWindowSeconds * nanoseconds,
  allow_msg_schedules: true,
  allow_direct: true,
})

const deadStreamConfig = (layout: Layout): Config => ({
  name: deadStream(layout),
  subjects: [deadSubject(layout)],
  retention: RetentionPolicy.Limits,
  storage: StorageType.File,
  num_replicas: layout.replicas,
  max_msgs: deadLettersKept,
  discard: DiscardPolicy.Old,
  duplicate_window: duplicateWindowSeconds * nanoseconds,
  allow_direct: true,
})

/** Without a limit of deliveries: past it a message would stay in the stream, seen by nobody. The taker buries instead. */
const consumerConfig = (layout: Layout, shard: number, priority: Priority): Partial<ConsumerConfig> => ({
  durable_name: consumerOf(priority),
  filter_subject: taskSubject(layout, shard, priority),
  ack_policy: AckPolicy.Explicit,
  deliver_policy: DeliverPolicy.All,
  replay_policy: ReplayPolicy.Instant,
  ack_wait: ackWaitSeconds * nanoseconds,
  max_deliver: -1,
  max_ack_pending: mostUnacknowledged,
  max_waiting: mostWaiting,
})

type Config = Partial<StreamConfig> & { name: string }

async function ensureStream(manager: JetStreamManager, config: Config): Promise<void> {
  const isThere = () => manager.streams.info(config.name).then(() => true, () => false)
  if (await isThere()) return
  try {
    await manager.streams.add(config)
  } catch (error) {
    // Another process, of another version, was faster.
    if (!(await isThere())) throw error
  }
}

async function ensureConsumer(manager: JetStreamManager, stream: string, config: Partial<ConsumerConfig>): Promise<void> {
  const isThere = () => manager.consumers.info(stream, config.durable_name!).then(() => true, () => false)
  if (await isThere()) return
  try {
    await manager.consumers.add(stream, config)
  } catch (error) {
    if (!(await isThere())) throw error
  }
}

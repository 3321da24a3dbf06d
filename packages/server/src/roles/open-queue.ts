/** Opens the drivers of the queue and signals ports that the settings name. */
import { join } from 'node:path'
import type { Log } from '../base/log.ts'
import type { Settings } from '../config/settings.ts'
import type { NatsOptions } from '../drivers/nats-connection/connect.ts'
import type { Queue } from '../ports/queue.ts'
import type { Signals } from '../ports/signals.ts'

/** On NATS no connection is opened: the servers may be started later. Errors: DriverUnavailable (sqlite). */
export async function openQueue(settings: Settings, log: Log): Promise<Queue> {
  if (settings.SLUICE_QUEUE === 'nats') {
    const { openNatsQueue } = await import('../drivers/queue/nats/open.ts')
    return openNatsQueue({ ...natsOptions(settings, log), shards: settings.SLUICE_NATS_STREAMS, replicas: settings.SLUICE_NATS_REPLICAS })
  }
  const { openSqliteQueue } = await import('../drivers/queue/sqlite/open.ts')
  return openSqliteQueue({ path: join(settings.SLUICE_DATA_DIR, 'queue.sqlite') })
}

export async function openSignals(settings: Settings, log: Log): Promise<Signals> {
  if (settings.SLUICE_SIGNALS === 'nats') {
    const { openNatsSignals } = await import('../drivers/signals/nats/open.ts')
    return openNatsSignals(natsOptions(settings, log))
  }
  const { openProcessSignals } = await import('../drivers/signals/process/open.ts')
  return openProcessSignals({ log })
}

function natsOptions(settings: Settings, log: Log): NatsOptions {
  return {
    servers: settings.SLUICE_NATS_SERVERS,
    prefix: settings.SLUICE_NATS_PREFIX,
    username: settings.SLUICE_NATS_USERNAME,
    password: settings.SLUICE_NATS_PASSWORD,
    credentialsFile: settings.SLUICE_NATS_CREDENTIALS_FILE,
    ...(settings.SLUICE_NATS_TLS === 'on' && { tls: { caFile: settings.SLUICE_NATS_CA_FILE || undefined } }),
    log,
  }
}

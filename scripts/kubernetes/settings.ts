/** What every process of the cluster is told: plain settings in a ConfigMap, secrets by reference. */
import { ConfigMap } from 'kubernetes-models/v1'
import { labelsOf } from './labels.ts'

/** Names in the cluster; the addresses and the size of the stores are what an installation changes first. */
const shared = {
  SLUICE_PUBLIC_URL: 'https://video.example.org',
  SLUICE_TRUSTED_PROXIES: 'uniquelocal',
  SLUICE_OBJECTS: 's3',
  SLUICE_S3_ENDPOINT: 'https://s3.example.org',
  SLUICE_DOCUMENTS: 'cassandra',
  SLUICE_CASSANDRA_CONTACT_POINTS: 'cassandra:9042',
  // The Job `migrate` does it, once, before processes of a new version start.
  SLUICE_CASSANDRA_MIGRATE: 'manual',
  SLUICE_QUEUE: 'nats',
  SLUICE_SIGNALS: 'nats',
  SLUICE_NATS_SERVERS: 'nats:4222',
  SLUICE_NATS_REPLICAS: '3',
  SLUICE_CACHE: 'redis',
  // Without a password; one that has a password is the Secret's, which goes before this.
  SLUICE_REDIS_URL: 'redis://redis:6379',
}

/** Keys of the Secret `sluice`, which nobody writes but you; any of them may be absent. */
const secrets = [
  'SLUICE_S3_ACCESS_KEY_ID',
  'SLUICE_S3_SECRET_ACCESS_KEY',
  'SLUICE_CASSANDRA_USERNAME',
  'SLUICE_CASSANDRA_PASSWORD',
  'SLUICE_NATS_USERNAME',
  'SLUICE_NATS_PASSWORD',
  'SLUICE_REDIS_URL',
  'SLUICE_EDGE_KEYS_SECRET',
]

export const configMap = new ConfigMap({ metadata: { name: 'sluice', labels: labelsOf() }, data: shared })

export const environment = {
  envFrom: [{ configMapRef: { name: 'sluice' } }],
  secretEnv: secrets.map((name) => ({ name, valueFrom: { secretKeyRef: { name: 'sluice', key: name, optional: true } } })),
}

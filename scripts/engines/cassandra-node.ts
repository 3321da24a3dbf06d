/** One Cassandra node as a process: its configuration and its command line. A small heap, a quick start, no JMX. */
import { readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { findProgram } from '../setup/programs.mjs'
import { startProcess, type EngineProcess } from './engine-process.ts'

export type NodeShape = {
  address: string
  /** Of the ring, as a signed 64-bit number. */
  token: bigint
  nativePort: number
  storagePort: number
  seed: string
  heapMegabytes: number
  /** An answered write survives kill -9: the commit log is synced before the answer, not once a second. */
  syncsWrites: boolean
}

/** What Java 17 hides and Cassandra needs (its own conf/jvm17-server.options). */
const exported = [
  'java.base/jdk.internal.misc', 'java.base/jdk.internal.ref', 'java.base/sun.nio.ch', 'java.base/java.lang.ref', 'java.base/java.lang.reflect',
  'java.management.rmi/com.sun.jmx.remote.internal.rmi', 'java.rmi/sun.rmi.registry', 'java.rmi/sun.rmi.server', 'java.sql/java.sql', 'jdk.unsupported/sun.misc',
]
const opened = [
  'java.base/java.io', 'java.base/java.lang', 'java.base/java.lang.module', 'java.base/java.lang.reflect', 'java.base/java.math', 'java.base/java.net',
  'java.base/java.nio', 'java.base/java.util', 'java.base/java.util.concurrent', 'java.base/java.util.concurrent.atomic', 'java.base/jdk.internal.loader',
  'java.base/jdk.internal.math', 'java.base/jdk.internal.module', 'java.base/jdk.internal.ref', 'java.base/jdk.internal.reflect',
  'java.base/jdk.internal.util.jar', 'java.base/sun.nio.ch', 'java.rmi/sun.rmi.transport.tcp', 'jdk.management/com.sun.management.internal',
]

/** Resolves once the node takes CQL connections. What is in `directory` is its own, and survives a restart. */
export async function startNode(jars: string, directory: string, shape: NodeShape): Promise<EngineProcess> {
  await mkdir(directory, { recursive: true })
  await writeFile(join(directory, 'cassandra.yaml'), configuration(directory, shape))
  await writeFile(join(directory, 'logback.xml'), logging)
  const jamm = readdirSync(jars).find((name) => name.startsWith('jamm-'))
  return startProcess({
    name: 'cassandra',
    program: findProgram('java') ?? 'java',
    directory,
    args: [
      `-Xms${shape.heapMegabytes}m`, `-Xmx${shape.heapMegabytes}m`, '-Xss512k', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+ExitOnOutOfMemoryError',
      `-javaagent:${join(jars, jamm!)}`, '-Djdk.attach.allowAttachSelf=true', '-Djava.security.manager=allow', '-Dio.netty.tryReflectionSetAccessible=true',
      ...exported.flatMap((name) => ['--add-exports', `${name}=ALL-UNNAMED`]),
      ...opened.flatMap((name) => ['--add-opens', `${name}=ALL-UNNAMED`]),
      `-Dcassandra.config=file://${directory}/cassandra.yaml`, `-Dcassandra.storagedir=${directory}`, `-Dlogback.configurationFile=${directory}/logback.xml`,
      // One machine, tokens given: nothing has to settle. (Not cassandra.unsafesystem: a node that is killed then comes back without its schema.)
      '-Dcassandra.skip_wait_for_gossip_to_settle=0', '-Dcassandra.ring_delay_ms=0', '-Dcassandra.superuser_setup_delay_ms=0',
      '-cp', `${directory}:${jars}/*`, 'org.apache.cassandra.service.CassandraDaemon',
    ],
    answers: () => connects(shape.address, shape.nativePort),
    startSeconds: 180,
  })
}

function configuration(directory: string, { address, token, nativePort, storagePort, seed, syncsWrites }: NodeShape): string {
  return `cluster_name: sluice
num_tokens: 1
initial_token: "${token}"
auto_bootstrap: false
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
data_file_directories: ["${directory}/data"]
commitlog_directory: "${directory}/commitlog"
saved_caches_directory: "${directory}/saved_caches"
hints_directory: "${directory}/hints"
cdc_raw_directory: "${directory}/cdc_raw"
${syncsWrites ? 'commitlog_sync: batch' : 'commitlog_sync: periodic\ncommitlog_sync_period: 1000ms'}
endpoint_snitch: SimpleSnitch
listen_address: ${address}
rpc_address: ${address}
storage_port: ${storagePort}
native_transport_port: ${nativePort}
paxos_variant: v2
memtable_heap_space: 96MiB
memtable_offheap_space: 96MiB
auto_snapshot: false
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters: [{ seeds: "${seed}:${storagePort}" }]
`
}

const logging = `<configuration><appender name="out" class="ch.qos.logback.core.ConsoleAppender"><encoder>
<pattern>%d{ISO8601} %-5level [%thread] %logger{20} %msg%n</pattern></encoder></appender>
<root level="WARN"><appender-ref ref="out"/></root></configuration>
`

function connects(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 1000 }, () => {
      socket.destroy()
      resolve()
    })
    socket.once('timeout', () => socket.destroy(new Error('no connection')))
    socket.once('error', reject)
  })
}

/** An S3 server: SeaweedFS, all of it in one process, built from its Go module. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { buildGo } from './build-go.ts'
import type { Engine } from './engine.ts'
import { freePorts, startProcess, type EngineProcess } from './engine-process.ts'

const source = { packagePath: 'github.com/seaweedfs/seaweedfs/weed', version: 'v0.0.0-20261109003541-7506e5f91cd6' }

export type S3Engine = Engine & {
  endpoint: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  ports: number[]
  kill: EngineProcess['kill']
}

export const prepareS3 = (): Promise<string> => buildGo('weed', source)

/** Resolves once it stores. Its keys are for loopback only. `ports` (from an earlier start) is for a restart at the same address. */
export async function startS3(options: { directory: string; ports?: number[] }): Promise<S3Engine> {
  const program = await prepareS3()
  const directory = join(options.directory, 's3')
  const ports = options.ports ?? (await freePorts(8))
  const [s3, s3Grpc, master, masterGrpc, volume, volumeGrpc, filer, filerGrpc] = ports
  const keys = { accessKeyId: 'sluice', secretAccessKey: 'sluice-on-loopback' }
  await mkdir(join(directory, 'data'), { recursive: true })
  await writeFile(join(directory, 'identities.json'), JSON.stringify(identities(keys)))
  const running = await startProcess({
    name: 's3',
    program,
    directory,
    // It waits for streams of its own, ten seconds and more; what it acknowledged is written.
    graceSeconds: 3,
    args: [
      '-logtostderr', 'server', '-ip=127.0.0.1', '-ip.bind=127.0.0.1', '-dir=data', '-volume.max=0', '-volume.preStopSeconds=0',
      '-master.volumeSizeLimitMB=1024', '-master.telemetry=false', '-master.electionTimeout=1s', '-master.heartbeatInterval=100ms', '-filer', '-s3', '-s3.config=identities.json', '-s3.port.iceberg=0', '-s3.port.lance=0',
      `-s3.localSocket=${join(directory, 's3.sock')}`, `-filer.localSocket=${join(directory, 'filer.sock')}`,
      `-s3.port=${s3}`, `-s3.port.grpc=${s3Grpc}`, `-master.port=${master}`, `-master.port.grpc=${masterGrpc}`,
      `-volume.port=${volume}`, `-volume.port.grpc=${volumeGrpc}`, `-filer.port=${filer}`, `-filer.port.grpc=${filerGrpc}`,
    ],
    answers: async () => {
      await succeeds(`http://127.0.0.1:${master}/dir/assign`)
      await succeeds(`http://127.0.0.1:${s3}/healthz`)
    },
  })
  const endpoint = `http://127.0.0.1:${s3}`
  const settings = {
    SLUICE_OBJECTS: 's3',
    SLUICE_S3_ENDPOINT: endpoint,
    SLUICE_S3_ACCESS_KEY_ID: keys.accessKeyId,
    SLUICE_S3_SECRET_ACCESS_KEY: keys.secretAccessKey,
  }
  return { endpoint, region: 'us-east-1', ...keys, ports, settings, stop: running.stop, kill: running.kill }
}

async function succeeds(url: string): Promise<void> {
  const response = await fetch(url, { signal: AbortSignal.timeout(2000) })
  const text = await response.text()
  if (!response.ok || text.includes('"error"')) throw new Error(`${url}: ${response.status} ${text.slice(0, 200)}`)
}

const identities = (keys: { accessKeyId: string; secretAccessKey: string }) => ({
  identities: [{ name: 'sluice', credentials: [{ accessKey: keys.accessKeyId, secretKey: keys.secretAccessKey }], actions: ['Admin', 'Read', 'Write', 'List', 'Tagging'] }],
})

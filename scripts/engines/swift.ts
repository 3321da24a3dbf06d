/** OpenStack Swift with its S3 API, from Debian's packages: a second opinion on S3, and not among the engines of `npm run engines`. */
import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { findProgram, which } from '../setup/programs.mjs'
import type { Engine } from './engine.ts'
import { freePorts, startProcess, type EngineProcess } from './engine-process.ts'

export type SwiftEngine = Engine & { endpoint: string; region: string; accessKeyId: string; secretAccessKey: string }

const server = join(import.meta.dirname, 'swift-server.py')
/** The system's: the module is a package of the system. */
const python = '/usr/bin/python3'

export const hasSwift = (): boolean => findProgram('swift') !== undefined

/** Resolves once it answers. One disk, one copy; its keys are for loopback only. */
export async function startSwift(options: { directory: string }): Promise<SwiftEngine> {
  const directory = join(options.directory, 'swift')
  const ports = await freePorts(5)
  const [proxy, account, container, object, memcached] = ports as [number, number, number, number, number]
  const keys = { accessKeyId: 'sluice:sluice', secretAccessKey: 'sluice-on-loopback' }
  await mkdir(join(directory, 'devices', 'disk'), { recursive: true })
  await writeFile(join(directory, 'swift.conf'), '[swift-hash]\nswift_hash_path_suffix = loopback\n[storage-policy:0]\nname = one\ndefault = yes\n')
  for (const [name, port] of Object.entries({ account, container, object })) {
    await writeFile(join(directory, `${name}-server.conf`), `${common(directory, port)}devices = ${directory}/devices\nmount_check = false\ndisable_fallocate = true\n${pipeline([`${name}-server`], name)}`)
  }
  await writeFile(join(directory, 'proxy-server.conf'), proxyConfiguration(directory, { proxy, memcached }, keys.secretAccessKey))
  await promisify(execFile)(python, [server, directory, 'rings', `account=${account}`, `container=${container}`, `object=${object}`])

  const running: EngineProcess[] = []
  const stop = async () => {
    while (running.length > 0) await running.pop()!.stop()
  }
  const endpoint = `http://127.0.0.1:${proxy}`
  try {
    const cache = { name: 'memcached', program: which('memcached')!, args: ['-u', String(process.getuid!() === 0 ? 'root' : process.getuid!()), '-l', '127.0.0.1', '-p', String(memcached), '-m', '16'] }
    running.push(await startProcess({ ...cache, directory, answers: () => accepts(memcached) }))
    for (const [name, port] of Object.entries({ account, container, object, proxy })) {
      running.push(await startProcess({ name, program: python, args: [server, directory, name], directory, graceSeconds: 3, answers: () => accepts(port) }))
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { endpoint, region: 'us-east-1', ...keys, settings: {}, stop }
}

const common = (directory: string, port: number): string =>
  `[DEFAULT]\nbind_ip = 127.0.0.1\nbind_port = ${port}\nuser = ${process.getuid!() === 0 ? 'root' : ''}\nworkers = 0\nswift_dir = ${directory}\n`

const pipeline = (steps: string[], app: string): string => `[pipeline:main]\npipeline = ${steps.join(' ')}\n[app:${steps.at(-1)}]\nuse = egg:swift#${app}\n`

function proxyConfiguration(directory: string, ports: { proxy: number; memcached: number }, secret: string): string {
  const filters: Record<string, string> = {
    catch_errors: '', gatekeeper: '', healthcheck: '', cache: `memcache_servers = 127.0.0.1:${ports.memcached}`, listing_formats: '', bulk: '',
    s3api: 'location = us-east-1\ncors_preflight_allow_origin = *', tempauth: `user_sluice_sluice = ${secret} .admin`, copy: '', slo: '', dlo: '', versioned_writes: '', symlink: '',
  }
  const sections = Object.entries(filters).map(([name, lines]) => `[filter:${name}]\nuse = egg:swift#${name === 'cache' ? 'memcache' : name}\n${lines}\n`)
  return `${common(directory, ports.proxy)}cors_expose_headers = ETag\n${pipeline([...Object.keys(filters), 'proxy-server'], 'proxy')}allow_account_management = true\naccount_autocreate = true\n${sections.join('')}`
}

function accepts(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1' }, () => {
      socket.destroy()
      resolve()
    })
    socket.once('error', reject)
  })
}

/** Varnish with deploy/varnish as it stands, but for addresses and folders. */
import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { varnishKeys } from '../../../../cli/src/edge-keys/varnish-keys.ts'
import { freePorts, startProcess } from '../../../../../scripts/engines/engine-process.ts'
import { which } from '../../../../../scripts/setup/programs.mjs'
import { ask } from './ask.ts'
import { replaceOnce } from './replace-once.ts'
import type { StartFront } from './front.ts'

const deploy = resolve(import.meta.dirname, '../../../../../deploy/varnish')
const run = promisify(execFile)

/** As README.md tells to start it and to read its log. */
async function logging(): Promise<{ mask: string; format: string }> {
  const readme = await readFile(join(deploy, 'README.md'), 'utf8')
  return { mask: /vsl_mask=(\S+)/.exec(readme)![1]!, format: /varnishncsa -F '([^']+)'/.exec(readme)![1]! }
}

export const startVarnish: StartFront = async (t, { originPort, feed, trustedProxy }) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-varnish-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const [port] = await freePorts(1)
  const texts: [string, string][] = [
    ['.port = "8080";', `.port = "${originPort}";`],
    ['"0.0.0.0"/32;', `"${trustedProxy}";`],
    ['/etc/varnish/sluice-keys.vcl', join(folder, 'keys.vcl')],
  ]
  const vcl = texts.reduce((text, [from, to]) => replaceOnce(text, from, to), await readFile(join(deploy, 'sluice.vcl'), 'utf8'))
  await writeFile(join(folder, 'sluice.vcl'), vcl)
  await writeFile(join(folder, 'keys.vcl'), varnishKeys(feed), { mode: 0o600 })
  const work = join(folder, 'work')
  const { mask, format } = await logging()
  const varnish = await startProcess({
    name: 'varnishd',
    program: which('varnishd') ?? '/usr/sbin/varnishd',
    args: [
      '-F', '-n', work, '-j', 'none', '-a', `127.0.0.1:${port}`, '-f', join(folder, 'sluice.vcl'), '-s', 'malloc,128m',
      '-p', `vsl_mask=${mask}`, '-p', 'thread_pools=1', '-p', 'thread_pool_min=400',
    ],
    directory: folder,
    answers: () => ask(`http://127.0.0.1:${port}/`),
  })
  t.after(() => varnish.stop())
  let loaded = 0
  return {
    origin: `http://127.0.0.1:${port}`,
    async take(fresh) {
      await writeFile(join(folder, 'keys.vcl'), varnishKeys(fresh), { mode: 0o600 })
      const name = `keys${++loaded}`
      await run('varnishadm', ['-n', work, 'vcl.load', name, join(folder, 'sluice.vcl')])
      await run('varnishadm', ['-n', work, 'vcl.use', name])
    },
    logsRequests: true,
    async logs() {
      const { stdout } = await run('varnishlog', ['-n', work, '-d', '-g', 'raw'], { maxBuffer: 2 ** 28 })
      const access = await run('varnishncsa', ['-n', work, '-d', '-F', format], { maxBuffer: 2 ** 28 })
      return `${access.stdout}\n${stdout}\n${await readFile(join(folder, 'varnishd.log'), 'utf8')}`
    },
  }
}

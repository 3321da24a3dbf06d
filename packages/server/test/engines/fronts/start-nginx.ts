/** nginx with deploy/nginx as it stands, but for addresses and folders. */
import { chmod, cp, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { nginxKeys } from '../../../../cli/src/edge-keys/nginx-keys.ts'
import { freePorts, startProcess } from '../../../../../scripts/engines/engine-process.ts'
import { findProgram } from '../../../../../scripts/setup/programs.mjs'
import { ask } from './ask.ts'
import { eventually } from '../../stream/eventually.ts'
import { replaceOnce } from './replace-once.ts'
import type { StartFront } from './front.ts'

const deploy = resolve(import.meta.dirname, '../../../../../deploy/nginx')
const workers = 2
const modules = '/usr/lib/nginx/modules'

export const startNginx: StartFront = async (t, { originPort, feed, trustedProxy }) => {
  const folder = await mkdtemp(join(tmpdir(), 'sluice-nginx-'))
  await chmod(folder, 0o755)
  t.after(() => rm(folder, { recursive: true, force: true }))
  const [port] = await freePorts(1)
  const texts: [string, string][] = [
    ['listen 80;', `listen 127.0.0.1:${port};`],
    ['server 127.0.0.1:8080 ', `server 127.0.0.1:${originPort} `],
    ['/var/cache/nginx/sluice', join(folder, 'cache')],
    ['/var/log/nginx/sluice.log', join(folder, 'access.log')],
  ]
  const site = texts.reduce((text, [from, to]) => replaceOnce(text, from, to), await readFile(join(deploy, 'sluice.conf'), 'utf8'))
  await writeFile(join(folder, 'sluice.conf'), site.replaceAll('/etc/nginx/sluice', folder))
  await cp(join(deploy, 'sluice.js'), join(folder, 'sluice.js'))
  await writeFile(join(folder, 'proxies.conf'), `set_real_ip_from ${trustedProxy};\nreal_ip_header X-Forwarded-For;\n`)
  await writeFile(join(folder, 'keys.conf'), nginxKeys(feed), { mode: 0o600 })
  await writeFile(join(folder, 'nginx.conf'), mainConfiguration(folder))
  const nginx = await startProcess({
    name: 'nginx',
    program: findProgram('nginx-njs')!,
    args: ['-e', join(folder, 'error.log'), '-p', folder, '-c', join(folder, 'nginx.conf')],
    directory: folder,
    answers: () => ask(`http://127.0.0.1:${port}/`),
  })
  t.after(() => nginx.stop())
  return {
    origin: `http://127.0.0.1:${port}`,
    async take(fresh) {
      const log = () => readFile(join(folder, 'error.log'), 'utf8')
      const ended = async () => [...(await log()).matchAll(/worker process \d+ exited with code 0/g)].length
      const before = await ended()
      await writeFile(join(folder, 'keys.conf'), nginxKeys(fresh), { mode: 0o600 })
      process.kill(nginx.pid, 'SIGHUP')
      await eventually(async () => (await ended()) === before + workers)
    },
    logsRequests: true,
    logs: async () => {
      const names = (await readdir(folder)).filter((name) => name.endsWith('.log'))
      return (await Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))).join('\n')
    },
  }
}

/** Root's workers stay root here: the folder is the test's. */
const mainConfiguration = (folder: string): string => `
${process.getuid?.() === 0 ? 'user root;' : ''}
daemon off;
worker_processes ${workers};
pid ${folder}/pid;
error_log ${folder}/error.log notice;
load_module ${modules}/ngx_http_js_module.so;
events { worker_connections 2048; }
http {
  access_log off;
  client_body_temp_path ${folder}/body; proxy_temp_path ${folder}/proxy; fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi; scgi_temp_path ${folder}/scgi;
  include ${folder}/sluice.conf;
}
`

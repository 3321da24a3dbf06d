/** nginx serving a folder: the peer of the edge. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../packages/server/test/e2e/free-port.ts'
import { findProgram } from '../../scripts/setup/programs.mjs'
import { descendantsOf } from '../../scripts/test/descendants.ts'

export type Nginx = { origin: string; workerPid: number; stop(): Promise<void> }

export type NginxOptions = {
  /** Files below `/v/` are opened by playback tokens that njs verifies. */
  key?: { kid: string; secret: Uint8Array }
  /** PEM: it listens with TLS. */
  certificate?: { cert: string; key: string }
}

const jsModule = '/usr/lib/nginx/modules/ngx_http_js_module.so'

/** One worker, sendfile from the page cache, no log; undefined where nginx (or njs, for tokens) is not installed. */
export async function startNginx(folder: string, root: string, options: NginxOptions = {}): Promise<Nginx | undefined> {
  const program = findProgram('nginx')
  if (!program || (options.key && !isThere(jsModule))) return undefined
  const port = await freePort()
  const own = join(folder, `nginx-${port}`)
  mkdirSync(own, { recursive: true })
  // The worker may run as another user than the one who made the folder.
  chmodSync(folder, 0o755)
  writeFileSync(join(own, 'nginx.conf'), configuration(own, root, port, options))
  if (options.certificate) {
    writeFileSync(join(own, 'cert.pem'), options.certificate.cert)
    writeFileSync(join(own, 'key.pem'), options.certificate.key, { mode: 0o600 })
  }
  if (options.key) {
    const { kid, secret } = options.key
    const code = readFileSync(join(import.meta.dirname, 'nginx-token.js'), 'utf8').replace('KID', kid).replace('SECRET', Buffer.from(secret).toString('hex'))
    writeFileSync(join(own, 'token.js'), code)
  }
  const child = spawn(program, ['-e', join(own, 'error.log'), '-p', own, '-c', join(own, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise((settle) => child.once('close', settle))
  let output = ''
  child.stderr.on('data', (data) => (output += data))
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null || tries > 200) throw new Error(`nginx did not start: ${output}`)
    const worker = descendantsOf(child.pid!)[0]
    if (worker && (await answers(port, options.certificate !== undefined))) {
      return {
        origin: `${options.certificate ? 'https' : 'http'}://127.0.0.1:${port}`,
        workerPid: worker.pid,
        async stop() {
          child.kill('SIGTERM')
          await ended
        },
      }
    }
    await wait(25)
  }
}

const configuration = (own: string, root: string, port: number, { key, certificate }: NginxOptions): string => `
${key ? `load_module ${jsModule};` : ''}
daemon off;
worker_processes 1;
pid ${own}/pid;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000000;
  open_file_cache max=1000;
  open_file_cache_valid 600s;
  types { video/mp4 m4s; }
  client_body_temp_path ${own}/body; proxy_temp_path ${own}/proxy; fastcgi_temp_path ${own}/fastcgi;
  uwsgi_temp_path ${own}/uwsgi; scgi_temp_path ${own}/scgi;
  ${key ? `js_path ${own}; js_import token from token.js; js_set $opened token.opened;` : ''}
  server {
    listen 127.0.0.1:${port}${certificate ? ' ssl' : ''};
    ${certificate ? `ssl_certificate ${own}/cert.pem; ssl_certificate_key ${own}/key.pem; ssl_protocols TLSv1.3;` : ''}
    root ${root};
    add_header Cache-Control "public, max-age=31536000, immutable";
    add_header Access-Control-Allow-Origin "*";
    ${key ? `location /p/ {
      set $path $opened;
      if ($path = "") { return 403; }
      rewrite ^ $path last;
    }
    location /v/ { internal; }` : ''}
  }
}
`

function isThere(path: string): boolean {
  try {
    accessSync(path)
    return true
  } catch {
    return false
  }
}

/** Any answer will do; of one that listens with TLS, any connection. */
async function answers(port: number, withTls: boolean): Promise<boolean> {
  try {
    if (withTls) {
      const socket = connect(port, '127.0.0.1')
      await once(socket, 'connect')
      socket.destroy()
    } else await (await fetch(`http://127.0.0.1:${port}/`)).body?.cancel()
    return true
  } catch {
    return false
  }
}

/** nginx serving a folder: the peer of the edge. */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { freePort } from '../../packages/server/test/e2e/free-port.ts'
import { findProgram } from '../../scripts/setup/programs.mjs'
import { descendantsOf } from '../../scripts/test/descendants.ts'

export type Nginx = { origin: string; workerPid: number; stop(): Promise<void> }

/** One worker, sendfile from the page cache, no log; undefined where nginx is not installed. */
export async function startNginx(folder: string, root: string): Promise<Nginx | undefined> {
  const program = findProgram('nginx')
  if (!program) return undefined
  const port = await freePort()
  const own = join(folder, 'nginx')
  mkdirSync(own, { recursive: true })
  // The worker may run as another user than the one who made the folder.
  chmodSync(folder, 0o755)
  writeFileSync(join(own, 'nginx.conf'), configuration(own, root, port))
  const child = spawn(program, ['-e', join(own, 'error.log'), '-p', own, '-c', join(own, 'nginx.conf')], { stdio: ['ignore', 'ignore', 'pipe'] })
  const ended = new Promise((settle) => child.once('close', settle))
  let output = ''
  child.stderr.on('data', (data) => (output += data))
  for (let tries = 0; ; tries++) {
    if (child.exitCode !== null || tries > 200) throw new Error(`nginx did not start: ${output}`)
    const worker = descendantsOf(child.pid!)[0]
    if (worker && (await answers(port))) {
      return {
        origin: `http://127.0.0.1:${port}`,
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

const configuration = (own: string, root: string, port: number): string => `
daemon off;
worker_processes 1;
pid ${own}/pid;
events { worker_connections 1024; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  open_file_cache max=1000;
  types { video/mp4 m4s; }
  client_body_temp_path ${own}/body; proxy_temp_path ${own}/proxy; fastcgi_temp_path ${own}/fastcgi;
  uwsgi_temp_path ${own}/uwsgi; scgi_temp_path ${own}/scgi;
  server {
    listen 127.0.0.1:${port};
    root ${root};
    add_header Cache-Control "public, max-age=31536000, immutable";
    add_header Access-Control-Allow-Origin "*";
  }
}
`

async function answers(port: number): Promise<boolean> {
  try {
    await (await fetch(`http://127.0.0.1:${port}/`)).body?.cancel()
    return true
  } catch {
    return false
  }
}

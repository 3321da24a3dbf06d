/** Builds a program of a Go module, once, from whatever Go fetches modules with here. */
import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { findProgram } from '../setup/programs.mjs'
import { cached } from './cache-directory.ts'

/** Answers the path of the built program. `version` is exact. Throws with the end of what Go said. */
export function buildGo(name: string, source: { packagePath: string; version: string }): Promise<string> {
  return cached(`${name}-${source.version}`, async (path) => {
    console.log(`engines: building ${name} ${source.version} (once; it takes minutes) …`)
    const directory = await mkdtemp(join(tmpdir(), 'sluice-go-'))
    try {
      // A module of our own: `go install package@version` refuses modules that replace others.
      await writeFile(join(directory, 'go.mod'), 'module engines\n')
      await go(directory, ['get', `${source.packagePath}@${source.version}`])
      await go(directory, ['build', '-trimpath', '-ldflags', '-s -w', '-o', path, source.packagePath])
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })
}

function go(directory: string, args: string[]): Promise<void> {
  const child = spawn(findProgram('go') ?? 'go', args, { cwd: directory, env: { ...process.env, GOFLAGS: '-mod=mod', CGO_ENABLED: '0' }, stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  child.stderr.on('data', (data) => (said = (said + String(data)).slice(-4000)))
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`go ${args[0]} ended with code ${code}:\n${said}`))))
  })
}

/** Makes HTTP load over kept-alive connections: with wrk where it is installed, else with autocannon. */
import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { which } from '../../scripts/setup/programs.mjs'

export type Load = {
  origin: string
  /** Asked for in turn. */
  paths: string[]
  method?: string
  headers?: Record<string, string>
  connections: number
  seconds: number
  folder: string
}

export type LoadResult = { requests: number; bytes: number; seconds: number; failed: number }

/** Rejects when more than one in a thousand requests failed: a rate of errors is no result. */
export async function runLoad(load: Load): Promise<LoadResult> {
  const result = which('wrk') ? await withWrk(load) : await withAutocannon(load)
  if (result.requests === 0 || result.failed > result.requests / 1000) throw new Error(`${result.failed} of ${result.requests} requests failed`)
  return result
}

async function withWrk({ origin, paths, method = 'GET', headers = {}, connections, seconds, folder }: Load): Promise<LoadResult> {
  const script = join(folder, `load-${Date.now()}.lua`)
  writeFileSync(script, wrkScript(paths, method, headers))
  const output = await outputOf('wrk', ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script, origin])
  const line = /^RESULT (\d+) (\d+) (\d+) (\d+)$/m.exec(output)
  if (!line) throw new Error(`wrk said:\n${output}`)
  const [requests, bytes, microseconds, failed] = line.slice(1).map(Number) as [number, number, number, number]
  return { requests, bytes, seconds: microseconds / 1e6, failed }
}

const quoted = (text: string): string => JSON.stringify(text)

/** Requests are formatted once; `done` prints what wrk counted. */
const wrkScript = (paths: string[], method: string, headers: Record<string, string>): string => `
local headers = { ${Object.entries(headers).map(([name, value]) => `[${quoted(name)}] = ${quoted(value)}`).join(', ')} }
local requests, at = {}, 0
init = function()
  for _, path in ipairs({ ${paths.map(quoted).join(', ')} }) do requests[#requests + 1] = wrk.format(${quoted(method)}, path, headers) end
end
request = function()
  at = at % #requests + 1
  return requests[at]
end
done = function(summary)
  local e = summary.errors
  print(string.format("RESULT %d %d %d %d", summary.requests, summary.bytes, summary.duration, e.connect + e.read + e.write + e.status + e.timeout))
end
`

/** Asks for the first path only: the program takes one. */
async function withAutocannon({ origin, paths, method = 'GET', headers = {}, connections, seconds }: Load): Promise<LoadResult> {
  const program = resolve(import.meta.dirname, '../../node_modules/autocannon/autocannon.js')
  const withHeaders = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}=${value}`])
  const args = [program, '-j', '-c', String(connections), '-d', String(seconds), '-m', method, ...withHeaders, `${origin}${paths[0]}`]
  const result = JSON.parse(await outputOf(process.execPath, args))
  return { requests: result.requests.total, bytes: result.throughput.total, seconds: result.duration, failed: result.errors + result.non2xx }
}

function outputOf(program: string, args: string[]): Promise<string> {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  child.stdout.on('data', (data) => (output += data))
  child.stderr.resume()
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => (code === 0 ? resolve(output) : reject(new Error(`${program} ended with ${code}:\n${output}`))))
  })
}

/** How even is the edge under load: the tail of hits at 80 % of its rate, and its memory over a million requests? */
import { execFile } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { runLoad } from '../measure/load.ts'
import { quantiles } from '../measure/statistics.ts'
import { startNginx } from '../peers/nginx.ts'
import type { Measured, Question } from '../question.ts'
import { openStage } from '../stage/sign-up.ts'
import { storeVideo } from '../stage/stored-video.ts'
import { edgePaths } from './edge-delivery.ts'

const run = promisify(execFile)
const connections = 32
const seconds = 6
const memoryRequests = 1_000_000

export const question: Question = {
  name: 'edge-steady',
  question: 'Delivery: the tail and the memory of the edge under load',
  method:
    `4 KB segments with a verified token, in memory. First the highest rate (wrk, ${connections} connections), then 80 % of it for ${seconds} s, sent by h2load at a fixed rate over as many HTTP/1.1 connections; ` +
    'each answer is timed. nginx serves the same bytes as plain files at 80 % of its own rate. Memory is the resident set after a million requests, and after a second million.',
  rounds: 3,
  async ask({ rounds, folder, say }) {
    const stage = await openStage({ SLUICE_ROLES: 'api,edge' })
    let nginx: Awaited<ReturnType<typeof startNginx>>
    try {
      await stage.server.stop()
      const video = await storeVideo(join(stage.server.dataDir, 'data'), { segments: 200, segmentBytes: 4096, mirror: join(folder, 'www') })
      await stage.server.restart()
      nginx = await startNginx(folder, join(folder, 'www'))
      const paths = await edgePaths(stage, video)
      const contenders = [
        { name: 'edge', origin: stage.server.url, paths },
        ...(nginx ? [{ name: 'nginx, no token', origin: nginx.origin, paths: paths.map((_, index) => `/${index}.m4s`) }] : []),
      ]
      const tails = contenders.map(({ name }) => ({ name, samples: [] as number[] }))
      const middles = contenders.map(({ name }) => ({ name, samples: [] as number[] }))
      for (let round = 0; round < rounds; round++) {
        for (const [index, contender] of contenders.entries()) {
          const most = await runLoad({ ...contender, connections, seconds: 3, folder })
          const { p50, p99 } = await timesAt((most.requests / most.seconds) * 0.8, contender, folder)
          tails[index]!.samples.push(p99 / p50)
          middles[index]!.samples.push(p99 / 1000)
          say(`round ${round + 1} ${contender.name}: p50 ${p50} µs, p99 ${p99} µs at ${Math.round((most.requests / most.seconds) * 0.8)} requests/s`)
        }
      }
      const memory = await memoryOver(stage.server.pid(), { origin: stage.server.url, paths }, folder, say)
      const measured: Measured[] = [
        { title: 'Hits at 80 % load: p99 over p50', unit: 'times', better: 'lower', rows: tails },
        { title: 'Hits at 80 % load: p99', unit: 'ms', better: 'lower', rows: middles },
        { title: 'Resident memory', unit: 'MB', better: 'lower', rows: memory },
      ]
      return measured
    } finally {
      await nginx?.stop()
      await stage.server.dispose()
    }
  },
}

type Asked = { origin: string; paths: string[] }

/** Microseconds from a request to the end of its answer, by h2load's log. */
async function timesAt(rate: number, { origin, paths }: Asked, folder: string): Promise<{ p50: number; p99: number }> {
  const [urls, log] = [join(folder, 'urls'), join(folder, 'times')]
  writeFileSync(urls, paths.map((path) => `${origin}${path}\n`).join(''))
  rmSync(log, { force: true })
  await run('h2load', ['--h1', '-t1', `-c${connections}`, `--rps=${Math.max(1, Math.round(rate / connections))}`, `-D${seconds}`, `--log-file=${log}`, '-i', urls], { maxBuffer: 2 ** 24 })
  const times = readFileSync(log, 'utf8').split('\n').flatMap((line) => (line === '' ? [] : [Number(line.split('\t')[2])]))
  if (times.length < 1000) throw new Error(`only ${times.length} answers were timed`)
  const [p50, p99] = quantiles(times, [0.5, 0.99])
  return { p50: p50!, p99: p99! }
}

async function memoryOver(pid: number, asked: Asked, folder: string, say: (line: string) => void): Promise<Measured['rows']> {
  let requests = 0
  const upTo = async (count: number): Promise<number> => {
    while (requests < count) requests += (await runLoad({ ...asked, connections: 64, seconds: 2, folder })).requests
    const megabytes = Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
    say(`after ${requests} requests: ${megabytes.toFixed(0)} MB`)
    return megabytes
  }
  await upTo(100_000)
  const settled = await upTo(memoryRequests)
  return [{ name: 'after two million requests', samples: [await upTo(2 * memoryRequests)] }, { name: 'after a million', samples: [settled] }]
}

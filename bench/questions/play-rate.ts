/** How many viewers a second can begin to watch, beside a Fastify route that does nothing? */
import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { runLoad } from '../measure/load.ts'
import { ownSeconds } from '../measure/processor-time.ts'
import { interleave } from '../measure/rounds.ts'
import type { Question } from '../question.ts'
import { openStage } from '../stage/sign-up.ts'
import { storeVideo } from '../stage/stored-video.ts'

const seconds = 5
const connections = 32

export const question: Question = {
  name: 'play-rate',
  question: 'POST /play against an empty Fastify route',
  method:
    'POST /api/v1/videos/:id/play as a guest (visibility, signing, limits, schemas) against a bare Fastify app whose only route answers `{}`. ' +
    'One wrk thread, 32 connections, 5 s a round.',
  rounds: 5,
  async ask({ rounds, folder, say }) {
    const stage = await openStage({ SLUICE_ROLES: 'api,edge' })
    const empty = await startEmptyFastify()
    try {
      await stage.server.stop()
      const video = await storeVideo(join(stage.server.dataDir, 'data'), { segments: 8, segmentBytes: 1000, mirror: join(folder, 'www') })
      await stage.server.restart()
      const costs = new Map<string, number[]>()
      const contender = (name: string, origin: string, path: string, pid: number, headers: Record<string, string>) => ({
        name,
        sample: async () => {
          const before = ownSeconds(pid)
          const load = await runLoad({ origin, paths: [path], method: 'POST', headers, connections, seconds, folder })
          costs.set(name, [...(costs.get(name) ?? []), ((ownSeconds(pid) - before) * 1e6) / load.requests])
          return load.requests / load.seconds
        },
      })
      const rows = await interleave(
        [
          contender('POST /play', stage.server.url, `/api/v1/videos/${video.id}/play`, stage.server.pid(), {}),
          contender('empty Fastify route', empty.origin, '/', empty.pid, {}),
        ],
        rounds,
        say,
      )
      return [
        { title: 'Rate', unit: 'requests/s', better: 'higher', rows },
        { title: 'Processor time', unit: 'CPU µs per request', better: 'lower', rows: rows.map(({ name }) => ({ name, samples: costs.get(name)! })) },
      ]
    } finally {
      await empty.stop()
      await stage.server.dispose()
    }
  },
}

async function startEmptyFastify(): Promise<{ origin: string; pid: number; stop(): Promise<void> }> {
  const child = spawn(process.execPath, [resolve(import.meta.dirname, '../peers/empty-fastify.ts')], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>((settle) => child.once('close', () => settle()))
  const origin = await new Promise<string>((settle, fail) => {
    child.stdout.once('data', (data) => settle(String(data).trim()))
    child.once('error', fail)
    child.once('close', (code) => fail(new Error(`the empty route ended with ${code}`)))
  })
  return {
    origin,
    pid: child.pid!,
    async stop() {
      child.kill('SIGTERM')
      await ended
    },
  }
}

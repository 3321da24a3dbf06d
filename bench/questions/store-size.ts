/** Do answers stay as quick when the store holds a hundred times the videos, and when it is Cassandra instead of a file? */
import { join } from 'node:path'
import { atOnce } from '../measure/at-once.ts'
import { interleave } from '../measure/rounds.ts'
import { quantiles } from '../measure/statistics.ts'
import type { Measured, Question } from '../question.ts'
import { startEngines } from '../stage/engines.ts'
import { storeVideos } from '../stage/many-videos.ts'
import { openStage, type Stage } from '../stage/sign-up.ts'

const few = 1000
const many = 100_000
/** Calls a round, and how many of them at once: a server that is not pressed. */
const calls = 400
const uploads = 100
const callsAtOnce = 2
const pageSize = 24

type Installation = { name: string; stage: Stage; ids: string[]; cursors: (string | undefined)[] }

export const question: Question = {
  name: 'store-size',
  question: 'The api over a store of a thousand and of a hundred thousand videos, and over the distributed drivers',
  method:
    `Installations with ${few} and ${many} public videos of the last thirty days, by the product's own records. Timed by one client, ${callsAtOnce} calls at a time: POST play of a random video as a guest and ` +
    `a page of ${pageSize} of the latest at a random place (${calls} calls a round each), and complete of small uploads (${uploads}). Embedded is SQLite and a directory; distributed is Cassandra, NATS, Redis and SeaweedFS, ` +
    'one node each on the same two cores, with a thousand videos and, in a keyspace of its own, a hundred thousand. The figure of a round is its 99th percentile.',
  rounds: 5,
  async ask({ rounds, folder, say }) {
    const engines = await startEngines(folder)
    const { settings } = engines
    const open: Installation[] = []
    try {
      const [small, large] = [await openInstallation('1,000 videos', few, {}, say), await openInstallation('100,000 videos', many, {}, say)]
      open.push(small, large)
      const distributed = await openInstallation('distributed', few, settings, say)
      open.push(distributed)
      // The same engines, nothing in common: keyspace, streams and database of its own.
      const apart = { SLUICE_CASSANDRA_KEYSPACE: 'many', SLUICE_NATS_PREFIX: 'many', SLUICE_REDIS_URL: `${settings['SLUICE_REDIS_URL']}/1` }
      const crowded = await openInstallation('distributed, 100,000 videos', many, { ...settings, ...apart }, say)
      open.push(crowded)
      const embedded = { ...small, name: 'embedded' }
      const measured: Measured[] = []
      for (const { title, p99 } of questions()) {
        const sampled = (installations: Installation[]) => interleave(installations.map((one) => ({ name: one.name, sample: () => p99(one) })), rounds, (line) => say(`${title}, ${line}`))
        await sampled(open.map((one) => ({ ...one, name: `warm-up of ${one.name}` })))
        measured.push({ title: `${title}, by videos in the store`, unit: 'ms at the 99th percentile', better: 'lower', rows: await sampled([large, small]) })
        measured.push({ title: `${title}, by drivers`, unit: 'ms at the 99th percentile', better: 'lower', rows: await sampled([distributed, embedded]) })
        measured.push({ title: `${title}, by videos in Cassandra`, unit: 'ms at the 99th percentile', better: 'lower', rows: await sampled([crowded, { ...distributed, name: 'distributed, 1,000 videos' }]) })
      }
      return measured
    } finally {
      for (const { stage } of open) await stage.server.dispose()
      await engines.stop()
    }
  },
}

async function openInstallation(name: string, count: number, settings: Record<string, string>, say: (line: string) => void): Promise<Installation> {
  const stage = await openStage({ ...settings, SLUICE_ROLES: 'api' })
  await stage.server.stop()
  const started = performance.now()
  const ids = await storeVideos({ ...settings, SLUICE_DATA_DIR: join(stage.server.dataDir, 'data') }, count)
  say(`${name}: ${count} stored in ${((performance.now() - started) / 1000).toFixed(0)} s`)
  await stage.server.restart()
  const cursors: (string | undefined)[] = [undefined]
  while (cursors.length < 20) {
    const { cursor } = (await (await fetch(`${stage.server.url}/api/v1/videos?limit=${pageSize}${cursors.at(-1) ? `&cursor=${cursors.at(-1)}` : ''}`)).json()) as { cursor?: string }
    if (cursor === undefined) break
    cursors.push(cursor)
  }
  return { name, stage, ids, cursors }
}

const any = <T>(of: readonly T[]): T => of[Math.floor(Math.random() * of.length)]!

function questions(): { title: string; p99: (installation: Installation) => Promise<number> }[] {
  const timed = async (count: number, call: (index: number) => Promise<Response>): Promise<number> => {
    const times: number[] = []
    await atOnce(count, callsAtOnce, async (index) => {
      const started = performance.now()
      const answer = await call(index)
      await answer.arrayBuffer()
      if (!answer.ok) throw new Error(`the api answered ${answer.status}`)
      times.push(performance.now() - started)
    })
    return quantiles(times, [0.99])[0]!
  }
  return [
    { title: 'POST play', p99: ({ stage, ids }) => timed(calls, () => fetch(`${stage.server.url}/api/v1/videos/${any(ids)}/play`, { method: 'POST' })) },
    {
      title: 'A page of the latest',
      p99: ({ stage, cursors }) => timed(calls, () => {
        const cursor = any(cursors)
        return fetch(`${stage.server.url}/api/v1/videos?limit=${pageSize}${cursor === undefined ? '' : `&cursor=${cursor}`}`)
      }),
    },
    { title: 'complete', p99: async ({ stage }) => timed(uploads, await completions(stage)) },
  ]
}

/** Uploads that only want their complete. */
async function completions({ client, server, token }: Stage): Promise<(index: number) => Promise<Response>> {
  const bytes = Buffer.alloc(10_000, 7)
  const begun: { id: string; etag: string }[] = []
  for (let index = 0; index < uploads; index++) {
    const { uploadId } = await client.uploads.begin({ fileName: 'small.mp4', sizeBytes: bytes.length, title: 'small', visibility: 'private' })
    const { urls } = await client.uploads.signParts(uploadId, { partNumbers: [1] })
    const put = await fetch(urls[0]!.url, { method: 'PUT', body: bytes, headers: urls[0]!.headers })
    if (!put.ok) throw new Error(`a part was answered with ${put.status}`)
    begun.push({ id: uploadId, etag: put.headers.get('etag')! })
  }
  return (index) =>
    fetch(`${server.url}/api/v1/uploads/${begun[index]!.id}/complete`, {
      method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ parts: [{ partNumber: 1, etag: begun[index]!.etag }] }),
    })
}

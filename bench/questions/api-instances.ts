/** Does a second api cost anything: is a request as cheap on two instances as on one? */
import { join } from 'node:path'
import { startServer } from '../../packages/server/test/e2e/start-server.ts'
import { atOnce } from '../measure/at-once.ts'
import { ownSeconds } from '../measure/processor-time.ts'
import { interleave } from '../measure/rounds.ts'
import type { Measured, Question } from '../question.ts'
import { startEngines } from '../stage/engines.ts'
import { storeVideos } from '../stage/many-videos.ts'
import { openStage } from '../stage/sign-up.ts'

const videos = 1000
const callsAtOnce = 8
/** Until both have long been compiled by their runtimes. */
const warmUps = 3
const pageSize = 24

export const question: Question = {
  name: 'api-instances',
  question: 'The api: two instances against one',
  method:
    `Over Cassandra, NATS, Redis and SeaweedFS with ${videos} videos, all requests to one api, ${callsAtOnce} at a time, or in turn to two, twice as many at a time: as one would add the second. Client, apis and engines are on the same two cores, so requests a second ` +
    'can\'t double here; what tells whether they would is the processor time of the apis (all threads, user + system) for a request: flat, if two know nothing of each other.',
  rounds: 5,
  async ask({ rounds, folder, say }) {
    const engines = await startEngines(folder)
    const settings = { SLUICE_ROLES: 'api', ...engines.settings }
    const ends: (() => Promise<unknown>)[] = []
    try {
      const stage = await openStage(settings)
      ends.push(() => stage.server.dispose())
      const ids = await storeVideos({ ...settings, SLUICE_DATA_DIR: join(stage.server.dataDir, 'data') }, videos)
      const second = await startServer(stage.server.settings)
      ends.push(() => second.dispose())
      const measured: Measured[] = []
      const any = () => ids[Math.floor(Math.random() * ids.length)]!
      for (const { title, calls, ask } of [
        { title: 'POST play', calls: 2000, ask: (url: string) => fetch(`${url}/api/v1/videos/${any()}/play`, { method: 'POST' }) },
        { title: 'A video', calls: 2000, ask: (url: string) => fetch(`${url}/api/v1/videos/${any()}`) },
        { title: 'A page of the latest', calls: 400, ask: (url: string) => fetch(`${url}/api/v1/videos?limit=${pageSize}`) },
      ]) {
        const perSecond = new Map<string, number[]>()
        const contender = (name: string, servers: (typeof second)[]) => ({
          name,
          sample: async () => {
            const spent = () => servers.reduce((sum, server) => sum + ownSeconds(server.pid()), 0)
            const [before, started] = [spent(), performance.now()]
            await atOnce(calls, callsAtOnce * servers.length, async (index) => {
              const answer = await ask(servers[index % servers.length]!.url)
              await answer.arrayBuffer()
              if (!answer.ok) throw new Error(`the api answered ${answer.status}`)
            })
            perSecond.set(name, [...(perSecond.get(name) ?? []), calls / ((performance.now() - started) / 1000)])
            return ((spent() - before) / calls) * 1000
          },
        })
        const contenders = [contender('two instances', [stage.server, second]), contender('one instance', [stage.server])]
        await interleave([...contenders, contender('the other', [second])], warmUps, (line) => say(`${title}, warm-up, ${line}`))
        perSecond.clear()
        const rows = await interleave(contenders, rounds, (line) => say(`${title}, ${line}`))
        measured.push({ title: `${title}: processor time of a request`, unit: 'ms', better: 'lower', rows })
        measured.push({ title: `${title}: requests a second on these two cores`, unit: 'a second', better: 'higher', rows: rows.map(({ name }) => ({ name, samples: perSecond.get(name)! })) })
      }
      return measured
    } finally {
      for (const end of ends) await end()
      await engines.stop()
    }
  },
}

/** An installation of several processes on real engines behind a front, as a person sees it: one address. */
import { engines } from '../../../../../scripts/engines/all.ts'
import type { Engine } from '../../../../../scripts/engines/engine.ts'
import { scratchDirectory } from '../../contract/scratch-directory.ts'
import { startServer, type Server } from '../../e2e/start-server.ts'
import { startFront, type Front } from '../../fixtures/start-front.ts'

export type Installation = {
  url: string
  front: Front
  /** Takes a process out of the front while `work` is done, as a balancer does with one that is not ready. */
  without(server: Server, work: () => Promise<void>): Promise<void>
  /** Settings that all processes have. */
  settings: Record<string, string>
  processes: { roles: string; server: Server }[]
  dispose(): Promise<void>
}

/** The processes of the tests here, each with its roles. */
export const wholeInstallation = ['api', 'api', 'encoder', 'encoder', 'edge', 'edge']

/** A process for each entry of `roles`, of our version unless a `checkout` of another is given. All engines are started before. */
export async function startInstallation(roles: string[], more: Record<string, string> = {}, checkout?: string): Promise<Installation> {
  const scratch = await scratchDirectory()
  const running: Engine[] = []
  const processes: Installation['processes'] = []
  const backends: { apis: string[]; edges: string[] } = { apis: [], edges: [] }
  const front = await startFront(backends)
  const without: Installation['without'] = async ({ url }, work) => {
    const [name, group] = Object.entries(backends).find(([, urls]) => urls.includes(url)) ?? []
    if (name) backends[name as keyof typeof backends] = group!.filter((one) => one !== url)
    await work()
    if (name) backends[name as keyof typeof backends].push(url)
  }
  const dispose = async () => {
    await front.close()
    await Promise.all(processes.map(({ server }) => server.dispose()))
    for (const engine of running.toReversed()) await engine.stop()
    await scratch.remove()
  }
  try {
    await all(engines.map(async ({ start }) => void running.push(await start({ directory: scratch.path }))))
    const settings = { ...Object.assign({}, ...running.map((engine) => engine.settings)), SLUICE_PUBLIC_URL: front.url, ...more } as Record<string, string>
    await all(
      roles.map(async (one) => {
        const server = await startServer({ ...settings, SLUICE_ROLES: one }, [], checkout)
        processes.push({ roles: one, server })
        if (one.includes('api')) backends.apis.push(server.url)
        if (one.includes('edge')) backends.edges.push(server.url)
      }),
    )
    return { url: front.url, front, without, settings, processes, dispose }
  } catch (error) {
    await dispose()
    throw error
  }
}

/** Waits for every start, so that whatever runs is known when one fails. */
async function all(starts: Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(starts)).find((outcome) => outcome.status === 'rejected')
  if (failed) throw failed.reason
}

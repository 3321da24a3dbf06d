/** The roles in this process, on a free port and a directory that goes away. */
import { readSettings } from '../../src/config/read.ts'
import { startRoles } from '../../src/roles/run.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'
import { quietLog } from '../fixtures/quiet-log.ts'

export type Ready = { status: number; missing?: string[]; degraded?: string[] }
export type StartedRoles = { url: string; ready(): Promise<Ready>; stop(): Promise<void> }

/** Settings are environment names with their values. */
export async function startRolesForTest(settings: Record<string, string>): Promise<StartedRoles> {
  const { path, remove } = await scratchDirectory()
  const running = await startRoles(readSettings({ SLUICE_HTTP_HOST: '127.0.0.1', SLUICE_HTTP_PORT: '0', SLUICE_DATA_DIR: `${path}/data`, SLUICE_WORK_DIR: `${path}/work`, ...settings }), quietLog)
  const url = running.url.replace('localhost', '127.0.0.1')
  return {
    url,
    async ready() {
      const answer = await fetch(`${url}/readyz`)
      const { missing, degraded } = (await answer.json()) as Ready
      return { status: answer.status, ...(missing && { missing }), ...(degraded && { degraded }) }
    },
    async stop() {
      await running.stop()
      await remove()
    },
  }
}

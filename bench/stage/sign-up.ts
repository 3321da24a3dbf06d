/** A started server with an account on it. */
import { createClient, type Client } from '@sluice/sdk'
import { startServer, type Server } from '../../packages/server/test/e2e/start-server.ts'

export type Stage = { server: Server; client: Client; token: string }

export const benchAccount = { handle: 'bench', password: 'correct horse battery' }

export async function signUpOn(server: Server): Promise<Stage> {
  const { token } = await createClient({ baseUrl: server.url }).accounts.create(benchAccount)
  return { server, token, client: createClient({ baseUrl: server.url, token }) }
}

/** As people run it, but for limits that a benchmark would run into. */
export async function openStage(settings: Record<string, string> = {}): Promise<Stage> {
  return signUpOn(await startServer({ SLUICE_MAX_OPEN_UPLOADS: '1000', SLUICE_RATE_LIMIT_PER_MINUTE: '1000000', ...settings }))
}

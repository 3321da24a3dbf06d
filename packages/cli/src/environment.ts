/** The only reader of the environment in the CLI. */
import { homedir } from 'node:os'
import { join } from 'node:path'

export type Environment = {
  /** The server to talk to when no --url is given. */
  url: string
  token: string | undefined
  /** For tokens. */
  configDirectory: string
  /** For uploads that can be resumed. */
  stateDirectory: string
  pathDirectories: string[]
  /** What the server would read. */
  server: NodeJS.ProcessEnv
}

/** Settings of ours that begin as the server's do; the server refuses names that it does not know. */
const clientSettings = ['SLUICE_URL', 'SLUICE_TOKEN']

export function readEnvironment(variables: NodeJS.ProcessEnv = process.env): Environment {
  const server = { ...variables }
  for (const name of clientSettings) delete server[name]
  const directory = (name: string, fallback: string[]) => join(variables[name] || join(homedir(), ...fallback), 'sluice')
  return {
    url: variables['SLUICE_URL'] || `http://localhost:${variables['SLUICE_HTTP_PORT'] || 8080}`,
    token: variables['SLUICE_TOKEN'] || undefined,
    configDirectory: directory('XDG_CONFIG_HOME', ['.config']),
    stateDirectory: directory('XDG_STATE_HOME', ['.local', 'state']),
    pathDirectories: (variables['PATH'] ?? '').split(':').filter(Boolean),
    server,
  }
}

/** Before the server starts in this process: it reads the real environment and refuses names that it does not know. */
export function removeClientSettings(): void {
  for (const name of clientSettings) delete process.env[name]
}

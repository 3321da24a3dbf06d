/** Kept sign-ins, one per server, in a file that only its owner can read. */
import { randomUUID } from 'node:crypto'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CommandFailure } from './failure.ts'

export type KeptSession = { handle: string; token: string }
type CredentialsFile = { servers: Record<string, KeptSession> }

const pathIn = (directory: string) => join(directory, 'credentials.json')

/** The sign-in at that server, if one is kept. */
export async function readSession(directory: string, baseUrl: string): Promise<KeptSession | undefined> {
  return (await read(directory)).servers[baseUrl]
}

/** Keeps a sign-in, or forgets it when there is none. */
export async function keepSession(directory: string, baseUrl: string, session: KeptSession | undefined): Promise<void> {
  const { servers } = await read(directory)
  if (session) servers[baseUrl] = session
  else delete servers[baseUrl]
  await mkdir(directory, { recursive: true, mode: 0o700 })
  const temporary = `${pathIn(directory)}.${randomUUID()}`
  await writeFile(temporary, `${JSON.stringify({ servers }, undefined, 2)}\n`, { mode: 0o600 })
  await rename(temporary, pathIn(directory))
}

async function read(directory: string): Promise<CredentialsFile> {
  let text: string
  try {
    text = await readFile(pathIn(directory), 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { servers: {} }
    throw error
  }
  try {
    const file = JSON.parse(text) as Partial<CredentialsFile>
    return { servers: file.servers ?? {} }
  } catch {
    throw new CommandFailure(`${pathIn(directory)} is damaged. Remove it and sign in again.`)
  }
}

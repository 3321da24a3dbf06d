/** Who talks to which server: from the options, the environment, or a kept sign-in. */
import type { Account } from '@sluice/contract'
import { createClient, SluiceError, type Client } from '@sluice/sdk'
import type { Context } from './command.ts'
import { keepSession, readSession } from './credentials.ts'
import { CommandFailure } from './failure.ts'
import { program } from './program.ts'
import { askCredentials, type CredentialOptions } from './ask-credentials.ts'

export type ServerOptions = { url?: string; token?: string }

/** The address as tokens are kept by it: without a slash at the end. */
export function serverUrl({ url }: ServerOptions, { environment }: Context): string {
  const given = url ?? environment.url
  if (!URL.canParse(given) || !/^https?:$/.test(new URL(given).protocol)) throw new CommandFailure(`${JSON.stringify(given)} is not an http address`, 2)
  return given.replace(/\/+$/, '')
}

/** A person who waits at the terminal is told of a server that is away sooner than an upload gives up. */
const hastyTries = 2

/** A client that is signed in if anything says how. */
export async function openClient(options: ServerOptions, context: Context, tries?: number): Promise<Client> {
  const baseUrl = serverUrl(options, context)
  const kept = options.token ?? context.environment.token ?? (await readSession(context.environment.configDirectory, baseUrl))?.token
  return createClient({ baseUrl, token: kept, tries })
}

/** A client that is signed in, and whose account it is. With --handle it signs in first and keeps that. CommandFailure 3 otherwise. */
export async function openSignedIn(options: ServerOptions & CredentialOptions, context: Context): Promise<{ client: Client; account: Account }> {
  const { signal } = context
  if (options.handle !== undefined) {
    const { account, client } = await signIn('login', options, context)
    return { client, account }
  }
  const hasty = await openClient(options, context, hastyTries)
  try {
    const { account } = await hasty.accounts.me({ signal })
    return { account, client: await openClient(options, context) }
  } catch (error) {
    if (error instanceof SluiceError && error.code === 'unauthorized') throw notSignedIn(hasty.baseUrl, context)
    throw error
  }
}

/** Signs in or up and keeps the token, if it was asked for by name; asks for what was not given. */
export async function signIn(how: 'login' | 'signup', options: ServerOptions & CredentialOptions, context: Context) {
  const { signal, environment } = context
  const baseUrl = serverUrl(options, context)
  const credentials = await askCredentials(options, how === 'signup')
  const anonymous = createClient({ baseUrl, tries: hastyTries })
  const { account, token } = await (how === 'signup' ? anonymous.accounts : anonymous.sessions).create(credentials, { signal })
  await keepSession(environment.configDirectory, baseUrl, { handle: account.handle, token })
  return { account, client: createClient({ baseUrl, token }) }
}

function notSignedIn(baseUrl: string, { environment }: Context): CommandFailure {
  const url = baseUrl === environment.url.replace(/\/+$/, '') ? '' : ` --url ${baseUrl}`
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(new URL(baseUrl).hostname)
  const first = local ? ' (the first account of a server is its administrator)' : ''
  return new CommandFailure(
    [
      `You are not signed in at ${baseUrl}.`,
      `No account there yet${first}? Type:`,
      `  ${program} signup${url} --handle YOUR_NAME`,
      'You have one:',
      `  ${program} login${url} --handle YOUR_NAME`,
    ].join('\n'),
    3,
  )
}

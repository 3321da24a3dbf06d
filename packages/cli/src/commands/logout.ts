/** `sluice logout`: ends the sign-in on the server and forgets its token. */
import { createClient, SluiceError } from '@sluice/sdk'
import { parseArguments, serverOptions } from '../arguments.ts'
import type { Command } from '../command.ts'
import { keepSession, readSession } from '../credentials.ts'
import { serverUrl } from '../session.ts'

const usage = 'sluice logout [--url URL]'

export const logout: Command = {
  usage,
  help: 'Ends the kept sign-in on the server and forgets its token, also when the server can not be reached.',
  async run(args, context) {
    const { values } = parseArguments(args, serverOptions, usage)
    const baseUrl = serverUrl(values, context)
    const { configDirectory } = context.environment
    const kept = await readSession(configDirectory, baseUrl)
    if (!kept) return void process.stdout.write(`You were not signed in at ${baseUrl}.\n`)
    await keepSession(configDirectory, baseUrl, undefined)
    try {
      await createClient({ baseUrl, token: kept.token }).sessions.delete({ signal: context.signal })
    } catch (error) {
      if (!(error instanceof SluiceError && error.status === 401)) throw error
    }
    process.stdout.write(`Signed out at ${baseUrl}.\n`)
  },
}

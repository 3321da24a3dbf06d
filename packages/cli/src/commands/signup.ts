/** `sluice signup`: makes an account and keeps its token. */
import { parseArguments, signInOptions } from '../arguments.ts'
import type { Command } from '../command.ts'
import { signIn } from '../session.ts'

const usage = 'sluice signup [--handle NAME] [--password TEXT | --password-stdin] [--url URL]'

export const signup: Command = {
  usage,
  help: 'Makes an account and signs in, as `sluice login` does. The first account of a server is its administrator.',
  async run(args, context) {
    const { values } = parseArguments(args, signInOptions, usage)
    const { account, client } = await signIn('signup', values, context)
    const role = account.isAdmin ? ', the administrator' : ''
    process.stdout.write(`Welcome, ${account.handle}${role}. You are signed in at ${client.baseUrl}.\n`)
  },
}

/** `sluice login`: signs in and keeps the token. */
import { parseArguments, signInOptions } from '../arguments.ts'
import type { Command } from '../command.ts'
import { signIn } from '../session.ts'

const usage = 'sluice login [--handle NAME] [--password TEXT | --password-stdin] [--url URL]'

export const login: Command = {
  usage,
  help: 'Asks for what is not given. The token is kept in $XDG_CONFIG_HOME/sluice/credentials.json (~/.config), readable by you alone.',
  async run(args, context) {
    const { values } = parseArguments(args, signInOptions, usage)
    const { account, client } = await signIn('login', values, context)
    process.stdout.write(`Signed in at ${client.baseUrl} as ${account.handle}.\n`)
  },
}

/** `sluice admin`: what an administrator does beside the site, on a machine that has the server's settings. */
import type { Command } from '../command.ts'
import { CommandFailure } from '../failure.ts'
import { suggest } from '../suggest.ts'
import { keys } from './admin/keys.ts'
import { migrate } from './admin/migrate.ts'
import { move } from './admin/move.ts'
import { queue } from './admin/queue.ts'
import { retry } from './admin/retry.ts'
import { sweep } from './admin/sweep.ts'

const words: Record<string, Command> = { queue, retry, sweep, keys, migrate, move }
const usage = `sluice admin ${Object.keys(words).join('|')} …`

export const admin: Command = {
  usage,
  help: `Works on the stores that the server's settings name, embedded or not.\n\n${Object.values(words)
    .map((word) => `${word.usage}\n${word.help.replace(/^/gm, '    ')}`)
    .join('\n\n')}`,
  async run([word = '', ...args], context) {
    if (Object.hasOwn(words, word)) return words[word]!.run(args, context)
    const nearest = suggest(word, Object.keys(words))
    throw new CommandFailure(`${nearest ? `Did you mean \`admin ${nearest}\`?\n` : ''}Usage: ${usage}`, 2)
  },
}

/** `sluice admin keys`: the keys that playback tokens are signed with. */
import { readSettings } from '@sluice/server/config/read'
import { listKeys, rotateNow, signsAfterMinutes, type ListedKey } from '@sluice/server/roles/admin/keys'
import { besideServer } from '@sluice/server/roles/admin/open'
import { parseArguments } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { CommandFailure } from '../../failure.ts'
import { printJson } from '../../terminal/print-json.ts'
import { renderTable } from '../../terminal/table.ts'

const usage = 'sluice admin keys [rotate] [--json]'

export const keys: Command = {
  usage,
  help: `The signing keys with their states, without their secrets. rotate: makes the next one now instead of in its month;
it signs ${signsAfterMinutes} minutes later, and what older ones signed plays on until it expires.`,
  async run(args, { environment }) {
    const { values, positionals } = parseArguments(args, { json: { type: 'boolean' } }, usage)
    if (positionals.length > 1 || (positionals[0] ?? 'rotate') !== 'rotate') throw new CommandFailure(`Usage: ${usage}`, 2)
    const found = await besideServer(readSettings(environment.server), positionals.length === 1 ? rotateNow : listKeys)
    if (values.json) printJson({ keys: found })
    else process.stdout.write(`${found.length === 0 ? 'No keys yet: the first start of an api or edge makes one.' : render(found)}\n`)
  },
}

const render = (found: ListedKey[]): string =>
  renderTable(['KEY', 'STATE', 'SIGNS FROM'], found.map(({ kid, state, signsFrom }) => [kid, state, new Date(signsFrom).toISOString()]))

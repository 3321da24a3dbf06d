/** `sluice admin migrate`: the tables that the documents store lacks. */
import { readSettings } from '@sluice/server/config/read'
import { migrate as makeTables } from '@sluice/server/roles/migrate'
import { parseOptions } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { printJson } from '../../terminal/print-json.ts'

const usage = 'sluice admin migrate [--json]'

export const migrate: Command = {
  usage,
  help: 'Makes the tables that the documents store lacks (SLUICE_DOCUMENTS, SLUICE_CASSANDRA_…); run again, it does nothing.',
  async run(args, { environment }) {
    const values = parseOptions(args, { json: { type: 'boolean' } }, usage)
    const made = await makeTables(readSettings(environment.server))
    if (values.json) printJson({ made })
    else process.stdout.write(made.length === 0 ? 'Nothing was missing.\n' : made.map((one) => `made ${one}\n`).join(''))
  },
}

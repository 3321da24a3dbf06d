/** `sluice admin move`: an installation's documents and objects to other stores: a move, a backup, a restore. */
import { readSettings } from '@sluice/server/config/read'
import { moveInstallation } from '@sluice/server/roles/admin/move'
import { parseOptions } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { CommandFailure } from '../../failure.ts'
import { formatBytes } from '../../terminal/format.ts'
import { printJson } from '../../terminal/print-json.ts'
import { openStatusLine } from '../../terminal/status-line.ts'

const usage = 'sluice admin move [--from FILE] [--to FILE] [--again] [--trust-sizes] [--json]'
const options = { from: { type: 'string' }, to: { type: 'string' }, again: { type: 'boolean' }, 'trust-sizes': { type: 'boolean' }, json: { type: 'boolean' } } as const

export const move: Command = {
  usage,
  help: `Copies all documents and objects to an installation that has none: to other drivers, as a backup, or back from one.
FILE holds the settings of the other side (KEY=VALUE lines); the side without a file is this machine's own settings.
Neither side may be served: a data directory in use is refused. Every object is read back and its SHA-256 compared, every
table's count and digest. Interrupted, the same command goes on. The source stays as it is.
  --again        the destination was filled before: brings it up to date; what it has besides the source's is removed
  --trust-sizes  takes objects that are there with their size for copied instead of comparing their bytes`,
  async run(args, { environment, signal }) {
    const values = parseOptions(args, options, usage)
    if ((values.from ?? values.to) === undefined) throw new CommandFailure(`Usage: ${usage}`, 2)
    const settingsOf = (file: string | undefined) => readSettings(file === undefined ? environment.server : { SLUICE_CONFIG: file })
    const line = openStatusLine(process.stderr)
    const moved = await moveInstallation({
      from: settingsOf(values.from),
      to: settingsOf(values.to),
      again: values.again ?? false,
      trustSizes: values['trust-sizes'] ?? false,
      signal,
      onProgress({ step, what, done, bytes }) {
        const text = `${step} (${what}): ${done}${bytes > 0 ? `, ${formatBytes(bytes)}` : ''}`
        if (!values.json) line.update(() => text, `${step} ${what}`)
      },
    }).finally(() => line.clear())
    if (values.json) return printJson(moved)
    const { count, bytes, copied, removed } = moved.objects
    process.stdout.write(`${moved.documents} documents and ${count} objects (${formatBytes(bytes)}) are the same on both sides; ${copied} objects were copied${removed > 0 ? `, ${removed} removed` : ''}.\n`)
  },
}

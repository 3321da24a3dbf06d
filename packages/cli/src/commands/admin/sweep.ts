/** `sluice admin sweep`: objects and multipart uploads without an owner. */
import { readSettings } from '@sluice/server/config/read'
import { alone } from '@sluice/server/roles/admin/open'
import { sweepInstallation } from '@sluice/server/roles/admin/sweep'
import { parseOptions } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { CommandFailure } from '../../failure.ts'
import { printJson } from '../../terminal/print-json.ts'

const usage = 'sluice admin sweep [--remove] [--grace MINUTES] [--json]'

export const sweep: Command = {
  usage,
  help: `Lists objects that nothing refers to and multipart uploads that nobody will end, older than --grace
(SLUICE_SWEEP_GRACE_MINUTES); with --remove they go. Encoders sweep by themselves what a video leaves behind: this finds
the rest, as after a restore. A server with embedded stores must be stopped.`,
  async run(args, { environment, signal }) {
    const values = parseOptions(args, { remove: { type: 'boolean' }, grace: { type: 'string' }, json: { type: 'boolean' } }, usage)
    if (values.grace !== undefined && !/^\d{1,6}$/.test(values.grace)) throw new CommandFailure(`--grace is a whole number of minutes, not ${JSON.stringify(values.grace)}`, 2)
    const { remove = false, json = false } = values
    const found: { kind: string; bucket: string; key: string }[] = []
    const onFound = (one: (typeof found)[number]) => {
      found.push(one)
      if (!json) process.stdout.write(`${one.kind} ${one.bucket} ${one.key}\n`)
    }
    const graceMinutes = values.grace === undefined ? undefined : Number(values.grace)
    await alone(readSettings(environment.server), (ports) => sweepInstallation(ports, { remove, onFound, signal, ...(graceMinutes !== undefined && { graceMinutes }) }))
    if (json) return printJson({ removed: remove, found })
    const count = (kind: string) => found.filter((one) => one.kind === kind).length
    const what = `${count('object')} objects and ${count('upload')} uploads without an owner`
    process.stdout.write(remove || found.length === 0 ? `${what}${remove ? ' removed' : ''}.\n` : `${what}. Nothing was removed: --remove does.\n`)
  },
}

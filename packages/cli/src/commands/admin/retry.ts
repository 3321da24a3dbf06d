/** `sluice admin retry`: failed videos and dead letters, whoever owns them. */
import { readSettings } from '@sluice/server/config/read'
import { besideServer } from '@sluice/server/roles/admin/open'
import { retryById, retryDead } from '@sluice/server/roles/admin/queue'
import { parseArguments } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { CommandFailure } from '../../failure.ts'
import { printable } from '../../terminal/printable.ts'
import { printJson } from '../../terminal/print-json.ts'

const usage = 'sluice admin retry VIDEO… | --all-dead [--json]'

export const retry: Command = {
  usage,
  help: 'Tries failed videos again, by their ids; what was encoded stays. --all-dead: enqueues every dead letter again, and tries their failed videos again.',
  async run(args, { environment }) {
    const { values, positionals } = parseArguments(args, { 'all-dead': { type: 'boolean' }, json: { type: 'boolean' } }, usage)
    if ((positionals.length > 0) === (values['all-dead'] === true)) throw new CommandFailure(`Usage: ${usage}`, 2)
    const settings = readSettings(environment.server)
    if (values['all-dead']) {
      const letters = await besideServer(settings, retryDead)
      if (values.json) printJson({ letters })
      else process.stdout.write(letters.length === 0 ? 'No dead letters.\n' : letters.map(({ videoId, outcome }) => `${videoId}: ${outcome}\n`).join(''))
      return
    }
    const outcomes = await besideServer(settings, async (ports) => {
      const each: { videoId: string; title?: string; state?: string; error?: string }[] = []
      for (const videoId of positionals) {
        await retryById(ports, videoId).then(
          ({ title, state }) => each.push({ videoId, title, state }),
          (error: Error) => {
            if (error.name !== 'ProblemError') throw error
            each.push({ videoId, error: error.message })
          },
        )
      }
      return each
    })
    if (values.json) printJson({ videos: outcomes })
    else for (const { videoId, title = '', error } of outcomes) (error ? process.stderr : process.stdout).write(error ? `${videoId}: ${error}\n` : `${printable(title)} (${videoId}): tried again\n`)
    return outcomes.some(({ error }) => error !== undefined) ? 1 : 0
  },
}

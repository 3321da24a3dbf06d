/** `sluice retry`: tries failed videos again, from where they failed. */
import { parseArguments, signInOptions } from '../arguments.ts'
import type { Command } from '../command.ts'
import { CommandFailure } from '../failure.ts'
import { openSignedIn } from '../session.ts'
import { printable } from '../terminal/printable.ts'
import { watchAddress } from '../watch-address.ts'

const usage = 'sluice retry ID… [--url URL]'

export const retry: Command = {
  usage,
  help: `Tries failed videos again, by their ids (in the address of a video, and in \`sluice videos --mine --json\`). What was encoded stays.`,

  async run(args, context) {
    const { values, positionals } = parseArguments(args, signInOptions, usage)
    if (positionals.length === 0) throw new CommandFailure(`Which video?\nUsage: ${usage}`, 2)
    const { client } = await openSignedIn(values, context)
    for (const id of positionals) {
      const video = await client.videos.retry(id, { signal: context.signal })
      process.stdout.write(`${printable(video.title)}: tried again, ${watchAddress(client.baseUrl, video.id)}\n`)
    }
  },
}

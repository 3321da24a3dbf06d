/** `sluice serve`: the server in this process. */
import type { Command } from '../command.ts'
import { removeClientSettings } from '../environment.ts'

export const serve: Command = {
  usage: 'sluice serve',
  help: 'Runs the roles of SLUICE_ROLES (all of them by default) until SIGTERM or Ctrl-C, which let running work end.\nEvery setting is described in docs/settings.md.',
  handlesSignals: true,
  async run(args) {
    removeClientSettings()
    const { run } = await import('@sluice/server')
    await run(args)
  },
}

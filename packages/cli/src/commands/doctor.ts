/** `sluice doctor`: what this machine has and lacks to run a server. */
import { BadSettings, readSettings } from '@sluice/server/config/read'
import type { Settings } from '@sluice/server/config/settings'
import { parseArguments } from '../arguments.ts'
import type { Command } from '../command.ts'
import { checkDataDirectory, checkDisk, checkPort } from '../doctor/check-machine.ts'
import { checkChromium, checkFfmpeg, checkHardware, checkNode, checkSandbox } from '../doctor/check-programs.ts'
import type { Finding } from '../doctor/finding.ts'

const usage = 'sluice doctor'

export const doctor: Command = {
  usage,
  help: 'Checks Node, the settings, ffmpeg and its sandbox, the data directory, its disk and the port. Exit code 1 when something needed is missing.',
  async run(args, { environment }) {
    parseArguments(args, {}, usage)
    const { settings, finding } = checkSettings(environment.server)
    const { pathDirectories } = environment
    const tools = { ffmpeg: settings.SLUICE_FFMPEG, ffprobe: settings.SLUICE_FFPROBE }
    const findings = await Promise.all([
      checkNode(process.versions.node),
      finding,
      checkFfmpeg(tools, pathDirectories),
      checkHardware(settings.SLUICE_VIDEO_ENCODER, tools),
      checkSandbox(settings.SLUICE_SANDBOX, tools, settings.SLUICE_DATA_DIR, pathDirectories),
      checkDataDirectory(settings.SLUICE_DATA_DIR),
      checkDisk(settings.SLUICE_DATA_DIR),
      checkPort(settings.SLUICE_HTTP_HOST, settings.SLUICE_HTTP_PORT),
      checkChromium(pathDirectories),
    ])
    process.stdout.write(`${findings.filter((found) => found !== undefined).map(render).join('\n')}\n`)
    return findings.some((found) => found?.result === 'missing') ? 1 : 0
  },
}

const render = ({ result, about, remedy }: Finding): string =>
  `${result.padEnd(8)} ${about.replaceAll('\n', '\n         ')}${remedy === undefined ? '' : `\n         → ${remedy}`}`

/** With wrong settings the rest is checked by the defaults. */
function checkSettings(variables: NodeJS.ProcessEnv): { settings: Settings; finding: Finding } {
  try {
    return { settings: readSettings(variables), finding: { result: 'ok', about: 'settings' } }
  } catch (error) {
    if (!(error instanceof BadSettings)) throw error
    const others = Object.fromEntries(Object.entries(variables).filter(([name]) => !name.startsWith('SLUICE_')))
    const remedy = 'correct them in the environment or in sluice.env; docs/settings.md describes them'
    return { settings: readSettings({ ...others, SLUICE_CONFIG: '/dev/null' }), finding: { result: 'missing', about: error.message, remedy } }
  }
}

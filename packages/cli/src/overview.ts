/** The texts of help. */
import type { Command } from './command.ts'
import { commands } from './commands.ts'

export function overview(): string {
  const lines = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(8)} ${summary}`)
  return [
    'Sluice: a self-hosted video platform.',
    '',
    'Usage: sluice COMMAND [OPTIONS]',
    '',
    ...lines,
    '  help     This list, or `sluice help COMMAND`',
    '',
    'The server is --url, else SLUICE_URL, else http://localhost:8080. SLUICE_TOKEN signs in without a kept sign-in.',
  ].join('\n')
}

export const commandHelp = ({ usage, help }: Command): string => `Usage: ${usage}\n\n${help}`

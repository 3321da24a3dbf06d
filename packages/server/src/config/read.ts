/** Reads the settings from the environment and from a file; stops the start with every mistake named. */
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { settings, type Settings } from './settings.ts'

/** What is wrong with the settings, one line each. */
export class BadSettings extends Error {
  override name = 'BadSettings'
}

/**
 * The environment wins over the file (`SLUICE_CONFIG`, KEY=VALUE lines, `sluice.env` in the working directory by
 * default). Throws BadSettings for a wrong value, an unknown SLUICE_ name, or a named file that can't be read.
 */
export function readSettings(environment: NodeJS.ProcessEnv = process.env): Settings {
  const given = { ...fileSettings(environment['SLUICE_CONFIG']), ...environment }
  const mistakes: string[] = []
  const parsed: Record<string, unknown> = {}
  for (const name of Object.keys(given)) {
    if (name.startsWith('SLUICE_') && name !== 'SLUICE_CONFIG' && !(name in settings)) mistakes.push(`${name}: there is no such setting`)
  }
  for (const [name, kind] of Object.entries(settings)) {
    try {
      parsed[name] = kind.parse(given[name] ?? kind.defaultText)
    } catch (error) {
      mistakes.push(`${name}: ${(error as Error).message}`)
    }
  }
  if (mistakes.length > 0) throw new BadSettings(mistakes.join('\n'))
  return parsed as Settings
}

function fileSettings(path: string | undefined): NodeJS.Dict<string> {
  try {
    return parseEnv(readFileSync(path ?? 'sluice.env', 'utf8'))
  } catch (error) {
    if (path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return {}
    throw new BadSettings(`SLUICE_CONFIG: ${(error as Error).message}`)
  }
}

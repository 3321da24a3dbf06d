/** `sluice plan`: how many encoders, how much storage, what rates and what cost an installation needs. */
import { BadSettings, readSettings } from '@sluice/server/config/read'
import { oneOf, parseOptions } from '../arguments.ts'
import type { Command, Context } from '../command.ts'
import { CommandFailure } from '../failure.ts'
import { assumptions, type Assumed, type AssumptionName } from '../plan/assumptions.ts'
import { planFleet } from '../plan/calculate.ts'
import { renderPlan } from '../plan/render.ts'
import { readSpeeds, referenceSpeeds, type Speeds } from '../plan/speeds.ts'

const usage = 'sluice plan [--uploads-per-day N] [--minutes N] [--policy all|base] [--measure [--sample FILE] | --speeds FILE] [--cores N] [--json]'
const names = Object.keys(assumptions) as AssumptionName[]
const shares: readonly AssumptionName[] = ['watched-share', 'av1-share', 'lazy-watched', 'edge-hit-rate', 'utilisation', 'core-use']
/** What is divided by. */
const aboveZero: readonly AssumptionName[] = ['uploads-per-day', 'minutes', 'utilisation', 'core-use']

export const plan: Command = {
  usage,
  help: [
    'Encoders with headroom for the busiest hour, storage, requests, delivery, rates of queue and database, and cost.',
    '--measure   encodes a short clip here with the product\'s own code (a minute or two; --sample: one of yours) and reckons with that',
    '--speeds    a file that --measure --json wrote, from the machine that will encode',
    '--cores     reckons with encoders of that many cores instead of those that were measured',
    `Everything assumed is printed, and is an option: ${names.map((name) => `--${name}`).join(', ')}.`,
  ].join('\n'),
  async run(args, context) {
    const numbers = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
    const given: Record<string, string | boolean | undefined> = parseOptions(
      args,
      { ...numbers, policy: { type: 'string' }, measure: { type: 'boolean' }, sample: { type: 'string' }, speeds: { type: 'string' }, cores: { type: 'string' }, json: { type: 'boolean' } },
      usage,
    )
    const policy = oneOf('policy', given['policy'] as string | undefined, ['all', 'base'] as const) ?? 'all'
    const assumed = Object.fromEntries(names.map((name) => [name, numberOf(name, given[name] as string | undefined)])) as Assumed
    const cores = coresOf(given['cores'] as string | undefined)
    const measured = await speedsOf(given, context)
    const speeds = { ...measured, cores: cores ?? measured.cores }
    const fleet = planFleet(policy, speeds, assumed)
    process.stdout.write(given['json'] ? `${JSON.stringify({ policy, assumed, speeds, ...fleet }, null, 1)}\n` : `${renderPlan(policy, speeds, assumed, fleet)}\n`)
  },
}

function numberOf(name: AssumptionName, text: string | undefined): number {
  if (text === undefined) return assumptions[name].default
  const value = text.trim() === '' ? NaN : Number(text)
  const isShare = shares.includes(name)
  const isGood = Number.isFinite(value) && value >= 0 && value <= (isShare ? 1 : 1e12) && (value > 0 || !aboveZero.includes(name))
  if (!isGood) throw new CommandFailure(`--${name} is a number${isShare ? ' from 0 to 1' : ''}${aboveZero.includes(name) ? ' above 0' : ''}, not ${JSON.stringify(text)}`, 2)
  return value
}

const mostCores = 1024
function coresOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^[1-9]\d{0,3}$/.test(text) || Number(text) > mostCores) throw new CommandFailure(`--cores is a whole number from 1 to ${mostCores}, not ${JSON.stringify(text)}`, 2)
  return Number(text)
}

async function speedsOf(given: Record<string, string | boolean | undefined>, { environment, signal }: Context): Promise<Speeds> {
  const { speeds, sample } = given as { speeds?: string; sample?: string }
  if (speeds !== undefined && (given['measure'] || sample !== undefined)) throw new CommandFailure('--speeds and --measure: one of them', 2)
  if (speeds !== undefined) return readSpeeds(speeds)
  if (!given['measure'] && sample === undefined) return referenceSpeeds
  try {
    const settings = readSettings(environment.server)
    const tools = { ffmpeg: settings.SLUICE_FFMPEG, ffprobe: settings.SLUICE_FFPROBE }
    const { measureSpeeds } = await import('../plan/measure.ts')
    return await measureSpeeds({ tools, preset: settings.SLUICE_ENCODER_PRESET, sample, signal, say: (line) => void process.stderr.write(`${line}\n`) })
  } catch (error) {
    if (signal.aborted) throw error
    if (error instanceof BadSettings) throw new CommandFailure(error.message, 2)
    throw new CommandFailure(`nothing could be measured: ${(error as Error).message}`)
  }
}

/** `sluice videos`: a table of videos with their state; live with --watch. */
import type { ListVideos, Video } from '@sluice/contract'
import type { Client } from '@sluice/sdk'
import { setTimeout as sleep } from 'node:timers/promises'
import { count, oneOf, parseArguments, signInOptions } from '../arguments.ts'
import type { Command } from '../command.ts'
import { CommandFailure } from '../failure.ts'
import { openClient, openSignedIn } from '../session.ts'
import { formatDuration, formatPercent } from '../terminal/format.ts'
import { printable, shorten } from '../terminal/printable.ts'
import { printJson } from '../terminal/print-json.ts'
import { renderTable } from '../terminal/table.ts'
import { watchAddress } from '../watch-address.ts'

const usage = 'sluice videos [--mine | --channel HANDLE] [--sort latest|popular] [--limit N] [--json | --watch] [--url URL]'
const options = {
  ...signInOptions,
  mine: { type: 'boolean' },
  channel: { type: 'string' },
  sort: { type: 'string' },
  limit: { type: 'string' },
  json: { type: 'boolean' },
  watch: { type: 'boolean' },
} as const
const refreshMs = 1000

export const videos: Command = {
  usage,
  help: `The latest videos of the site.

  --mine            one's own, the private and the unfinished ones too
  --channel HANDLE  those of one account
  --limit N         at most so many (50)
  --json            as a JSON array, as the API has them
  --watch           shows them until Ctrl-C, as they change`,

  async run(args, context) {
    const { values } = parseArguments(args, options, usage)
    if (values.mine && values.channel !== undefined) throw new CommandFailure('--mine and --channel: one of them.', 2)
    if (values.json && values.watch) throw new CommandFailure('--json and --watch: one of them.', 2)
    const limit = count('limit', values.limit, 10_000) ?? 50
    const query = { channel: values.mine ? 'me' : values.channel, sort: oneOf('sort', values.sort, ['latest', 'popular']) }
    const client = values.mine || values.handle !== undefined ? (await openSignedIn(values, context)).client : await openClient(values, context, values.watch ? undefined : 2)
    const list = () => collect(client, query, limit, context.signal)
    if (values.json) printJson(await list())
    else if (values.watch) await watch(client, list, context.signal)
    else process.stdout.write(`${render(await list(), client.baseUrl)}\n`)
  },
}

async function collect(client: Client, query: ListVideos, limit: number, signal: AbortSignal): Promise<Video[]> {
  const found: Video[] = []
  for await (const video of client.videos.each({ ...query, limit: Math.min(100, limit) }, { signal })) {
    found.push(video)
    if (found.length >= limit) break
  }
  return found
}

function render(found: Video[], baseUrl: string): string {
  if (found.length === 0) return 'No videos.'
  const rows = found.map((video) => [
    video.state,
    formatPercent(video.state === 'ready' ? 1 : video.progress),
    video.durationSeconds === undefined ? '' : formatDuration(video.durationSeconds),
    video.height === undefined ? '' : `${video.width}×${video.height}`,
    shorten(video.title, 40),
    video.failure ? printable(video.failure.message) : watchAddress(baseUrl, video.id),
  ])
  return renderTable(['STATE', 'DONE', 'LENGTH', 'SIZE', 'TITLE', 'ADDRESS'], rows)
}

/** On a terminal the table is drawn over itself; elsewhere it is printed again when it changed. Until the signal aborts. */
async function watch(client: Client, list: () => Promise<Video[]>, signal: AbortSignal): Promise<void> {
  let shown = ''
  try {
    for (;;) {
      const table = render(await list(), client.baseUrl)
      if (table !== shown) {
        const rows = process.stdout.isTTY && shown ? rowsOf(shown, process.stdout.columns || 80) : 0
        process.stdout.write(`${rows > 0 ? `\x1b[${rows}A\x1b[J` : ''}${table}\n`)
        shown = table
      }
      await sleep(refreshMs, undefined, { signal })
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Lines on the screen: longer ones than it is wide go on in the next. */
const rowsOf = (text: string, columns: number): number =>
  text.split('\n').reduce((rows, line) => rows + Math.max(1, Math.ceil([...line].length / columns)), 0)

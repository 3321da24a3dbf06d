/** `sluice admin queue`: what waits, what is in work, and what was given up. */
import { readSettings } from '@sluice/server/config/read'
import { besideServer } from '@sluice/server/roles/admin/open'
import { readQueue, type QueueReport } from '@sluice/server/roles/admin/queue'
import { parseOptions } from '../../arguments.ts'
import type { Command } from '../../command.ts'
import { formatDuration } from '../../terminal/format.ts'
import { printable, shorten } from '../../terminal/printable.ts'
import { printJson } from '../../terminal/print-json.ts'
import { renderTable } from '../../terminal/table.ts'

const usage = 'sluice admin queue [--json]'
const meanings = ['a viewer waits', 'openings', 'the ladder', 'after ready']

export const queue: Command = {
  usage,
  help: 'Tasks that wait, by priority, with the age of the oldest; tasks in work; dead letters with their reason.',
  async run(args, { environment }) {
    const values = parseOptions(args, { json: { type: 'boolean' } }, usage)
    const report = await besideServer(readSettings(environment.server), readQueue)
    if (values.json) printJson(report)
    else process.stdout.write(`${render(report)}\n`)
  },
}

function render({ depth, inWork, deadLetters }: QueueReport): string {
  const rows = depth.map(({ priority, ready, delayed, leased, oldestSeconds }) =>
    [`${priority} ${meanings[priority]}`, String(ready), String(delayed), String(leased), ready > 0 ? formatDuration(oldestSeconds) : ''])
  const sections = [renderTable(['PRIORITY', 'READY', 'DELAYED', 'RUNNING', 'OLDEST'], rows)]
  if (inWork.length > 0) sections.push(renderTable(['IN WORK', 'VIDEO'], inWork.map(({ videoId, task }) => [taskText(task), videoId])))
  const letters = deadLetters.map(({ videoId, body, attempts, reason, buriedAt }) => [taskText(body), videoId, String(attempts), new Date(buriedAt).toISOString(), shorten(printable(reason), 80)])
  sections.push(letters.length === 0 ? 'No dead letters.' : renderTable(['DEAD LETTER', 'VIDEO', 'ATTEMPTS', 'BURIED', 'REASON'], letters))
  return sections.join('\n\n')
}

/** `chunk 3`, `segment h264-720p 12`: the kind, and what tells one task of a video from another. */
function taskText(task: unknown): string {
  if (typeof task !== 'object' || task === null) return '?'
  const { kind, renditionId, chunk, number, part, extra } = task as Record<string, unknown>
  return shorten(printable([kind, renditionId, chunk, number, part, extra].filter((one) => one !== undefined).join(' ')), 40)
}

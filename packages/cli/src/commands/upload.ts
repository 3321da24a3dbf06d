/** `sluice upload`: files to the server, one after the other; then waits until they play. */
import { stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Client, ResumeStore } from '@sluice/sdk'
import { openFileResumeStore } from '@sluice/sdk/node'
import { count, oneOf, parseArguments, signInOptions } from '../arguments.ts'
import { awaitPlayable } from '../await-playable.ts'
import type { Command, Context } from '../command.ts'
import { explain } from '../explain.ts'
import { CommandFailure } from '../failure.ts'
import { sendFile } from '../send-file.ts'
import { openSignedIn } from '../session.ts'
import { formatBytes, formatDuration } from '../terminal/format.ts'
import { printable } from '../terminal/printable.ts'
import { openStatusLine, type StatusLine } from '../terminal/status-line.ts'
import { watchAddress } from '../watch-address.ts'

const usage = 'sluice upload FILE… [--title TEXT] [--visibility public|unlisted|private] [--no-wait] [--until playable|ready] [--url URL]'
const options = {
  ...signInOptions,
  title: { type: 'string' },
  visibility: { type: 'string' },
  wait: { type: 'boolean', default: true },
  until: { type: 'string' },
  concurrency: { type: 'string' },
  checksums: { type: 'boolean', default: true },
} as const

export const upload: Command = {
  usage,
  help: `Sends the files, several parts of each at once, and waits until they play. Run again after an interruption it goes on
where it was: only what is missing is sent.

  --title TEXT          for one file; the file's name by default
  --visibility WORD     public, unlisted or private
  --no-wait             do not wait for the server to look at the files
  --until ready         wait until all qualities are encoded, not only until the video plays
  --concurrency N       parts on their way at once (4)
  --no-checksums        do not let the server check the sha256 of every part
  --handle, --password  sign in first (or --password-stdin); or --token

Exit codes: 0 all went well · 1 a file failed · 2 called wrongly · 3 not signed in · 130 interrupted.`,

  async run(args, context) {
    const { values, positionals } = parseArguments(args, options, usage)
    const visibility = oneOf('visibility', values.visibility, ['public', 'unlisted', 'private'])
    const ready = oneOf('until', values.until, ['playable', 'ready']) === 'ready'
    const concurrency = count('concurrency', values.concurrency, 64)
    if (positionals.length === 0) throw new CommandFailure(`Name a file.\nUsage: ${usage}`, 2)
    if (values.title !== undefined && positionals.length > 1) throw new CommandFailure('--title is for one file.', 2)
    await checkFiles(positionals)
    const { client, account } = await openSignedIn(values, context)
    const line = openStatusLine()
    const resumeStore = await openStore(context)
    const sent: { id: string; name: string }[] = []
    let failed = false
    for (const path of positionals) {
      const id = await reportingFailure(path, line, context, async () => {
        const began = performance.now()
        const video = await sendFile(
          client, path,
          { title: values.title, visibility, concurrency, checksums: values.checksums, account: account.id, resumeStore, signal: context.signal },
          line,
        )
        const { size } = await stat(path)
        line.print(`${printable(basename(path))}: ${formatBytes(size)} sent in ${formatDuration((performance.now() - began) / 1000)}`)
        return video.id
      })
      if (id === undefined) failed = true
      else sent.push({ id, name: basename(path) })
    }
    if (!values.wait) for (const { id, name } of sent) line.print(`${printable(name)}: ${watchAddress(client.baseUrl, id)}`)
    else failed = !(await awaitAll(client, sent, ready, line, context)) || failed
    return failed ? 1 : 0
  },
}

/** All of them before the first byte is sent: a typing error in the third name should not cost an hour. */
async function checkFiles(paths: string[]): Promise<void> {
  const mistakes: string[] = []
  for (const path of paths) {
    const found = await stat(path).catch((error: NodeJS.ErrnoException) => error)
    if (found instanceof Error) mistakes.push(found.code === 'ENOENT' ? `There is no file ${path}` : found.message)
    else if (!found.isFile()) mistakes.push(`${path} is not a file`)
    else if (found.size === 0) mistakes.push(`${path} is empty`)
  }
  if (mistakes.length > 0) throw new CommandFailure(mistakes.join('\n'))
}

/** An upload that can't be resumed is better than none. */
async function openStore({ environment }: Context): Promise<ResumeStore | undefined> {
  try {
    return await openFileResumeStore(join(environment.stateDirectory, 'uploads'))
  } catch (error) {
    process.stderr.write(`An interrupted upload can't be resumed: ${(error as Error).message}\n`)
    return undefined
  }
}

/** Undefined when the file failed: the others are still sent. An interruption ends them all. */
async function reportingFailure<T>(path: string, line: StatusLine, { signal }: Context, work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work()
  } catch (error) {
    if (signal.aborted) throw new CommandFailure('Interrupted. The same command goes on from here.', 130)
    line.clear()
    process.stderr.write(`${path}: ${explain(error).message}\n`)
    return undefined
  }
}

/** False when one of them failed. */
async function awaitAll(client: Client, videos: { id: string; name: string }[], ready: boolean, line: StatusLine, context: Context): Promise<boolean> {
  let good = true
  for (const video of videos) {
    const event = await awaitPlayable(client, video, { ready, signal: context.signal }, line).catch((error: unknown) => {
      if (context.signal.aborted) throw new CommandFailure('No longer waiting. The server goes on by itself.', 130)
      throw error
    })
    const name = printable(video.name)
    if (event.state === 'failed') {
      good = false
      process.stderr.write(`${name}: ${event.failure?.message ?? 'it could not be made playable'}\n`)
    } else line.print(`${name}: ${event.state === 'ready' ? 'ready' : 'plays'} at ${watchAddress(client.baseUrl, video.id)}`)
  }
  return good
}

/** One file to the server, with its progress in a status line. */
import { basename } from 'node:path'
import type { Video, Visibility } from '@sluice/contract'
import { createUpload, type Client, type ResumeStore, type UploadSnapshot } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { formatBar, formatBytes, formatDuration, formatPercent } from './terminal/format.ts'
import { printable, shorten } from './terminal/printable.ts'
import type { StatusLine } from './terminal/status-line.ts'

export type SendOptions = {
  title?: string
  visibility?: Visibility
  concurrency?: number
  checksums: boolean
  account: string
  resumeStore: ResumeStore | undefined
  signal: AbortSignal
}

/** The video, once the server has the whole file. When the signal aborts, what was sent stays, for the next run. */
export async function sendFile(client: Client, path: string, options: SendOptions, line: StatusLine): Promise<Video> {
  const { signal } = options
  const name = basename(path)
  const source = await fileSource(path)
  const upload = createUpload(client, source, options)
  let resumed = false
  const show = () => {
    const snapshot = upload.snapshot()
    if (!resumed && snapshot.resumedBytes > 0) {
      resumed = true
      line.print(`${printable(name)}: ${formatBytes(snapshot.resumedBytes)} are there already, going on`)
    }
    if (snapshot.phase === 'uploading' || snapshot.phase === 'completing') {
      line.update((columns) => progressText(name, snapshot, columns), `${snapshot.uploadId} ${Math.floor(snapshot.fraction * 10)}`)
    }
  }
  const end = upload.subscribe(show)
  let interrupt: (() => void) | undefined
  try {
    const interrupted = new Promise<never>((_resolve, reject) => {
      interrupt = () => {
        upload.pause()
        reject(signal.reason)
      }
      if (signal.aborted) interrupt()
      signal.addEventListener('abort', interrupt, { once: true })
    })
    return await Promise.race([upload.start(), interrupted])
  } finally {
    end()
    line.clear()
    if (interrupt) signal.removeEventListener('abort', interrupt)
    await source.close?.()
  }
}

/** `film.mp4  ██████░░░░  43 %  12.3 MB/s  0:42 left`, in so many columns. */
export function progressText(name: string, snapshot: UploadSnapshot, columns: number): string {
  const { fraction, bytesPerSecond, secondsLeft, totalBytes, phase } = snapshot
  const rate = bytesPerSecond === undefined ? '' : `${formatBytes(bytesPerSecond)}/s`
  const left = phase === 'completing' ? 'finishing' : secondsLeft === undefined || secondsLeft > 360_000 ? '' : `${formatDuration(secondsLeft)} left`
  const figures = `${formatPercent(fraction).padStart(5)} of ${formatBytes(totalBytes)}  ${rate.padEnd(11)} ${left}`.trimEnd()
  const nameWidth = Math.min(30, Math.max(10, columns - figures.length - 24))
  const barWidth = Math.min(30, columns - figures.length - Math.min(nameWidth, [...name].length) - 4)
  const bar = barWidth >= 5 ? `${formatBar(fraction, barWidth)}  ` : ''
  return shorten(`${shorten(name, nameWidth)}  ${bar}${figures}`, columns)
}

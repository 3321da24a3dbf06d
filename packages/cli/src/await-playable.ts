/** Waits until a video plays, and tells how far it is. */
import type { VideoEvent } from '@sluice/contract'
import type { Client } from '@sluice/sdk'
import { formatBar, formatPercent } from './terminal/format.ts'
import { printable, shorten } from './terminal/printable.ts'
import type { StatusLine } from './terminal/status-line.ts'

const doing: Record<VideoEvent['state'], string> = {
  'awaiting-upload': 'waiting for the file',
  inspecting: 'being prepared',
  playable: 'plays already, more qualities on their way',
  ready: 'ready',
  failed: 'failed',
}

/** The event that ended the wait: playable (or ready, with `ready`), or failed. */
export async function awaitPlayable(
  client: Client,
  video: { id: string; name: string },
  options: { ready: boolean; signal: AbortSignal },
  line: StatusLine,
): Promise<VideoEvent> {
  try {
    return await client.videos.untilPlayable(video.id, {
      ...options,
      onEvent: ({ state, progress }) =>
        line.update(
          (columns) => shorten(`${shorten(printable(video.name), 30)}  ${formatBar(progress, 20)}  ${formatPercent(progress)}  ${doing[state]}`, columns),
          `${video.id} ${state} ${Math.floor(progress * 10)}`,
        ),
    })
  } finally {
    line.clear()
  }
}

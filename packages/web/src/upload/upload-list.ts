/** The uploads of this tab. They live outside the pages, so that they go on while somebody looks around. */
import type { Visibility } from '@sluice/contract'
import { blobSource, createUpload, openLocalResumeStore, type Upload } from '@sluice/sdk'
import { api, queryClient } from '../data/api.ts'
import { titleOfFile } from '../ui/texts.ts'
import { forgetHandle, keepHandle, type FileHandle } from './file-handles.ts'

export type UploadEntry = {
  /** Unique within the tab. */
  key: number
  /** Whose it is: another account in the same tab sees nothing of it. */
  account: string
  fileName: string
  sizeBytes: number
  lastModified: number
  title: string
  visibility: Visibility
  upload: Upload
}
export type PickedFile = { file: File; handle?: FileHandle }

/** Files on their way at once, the others wait their turn: more only share the same line. */
const atOnce = 2

let entries: readonly UploadEntry[] = []
let nextKey = 1
const listeners = new Set<() => void>()

export const uploadList = {
  read: (): readonly UploadEntry[] => entries,
  subscribe(listener: () => void): () => void {
    listeners.add(listener)
    return () => void listeners.delete(listener)
  },
}

/** Begins these, or goes on with them where an earlier visit stopped. A file that is in the list already is left alone. */
export function addFiles(picked: readonly PickedFile[], options: { visibility: Visibility; account: string }): void {
  for (const { file, handle } of picked) {
    if (entries.some((entry) => isSameFile(entry, file) && entry.account === options.account && !isOver(entry))) continue
    const title = titleOfFile(file.name)
    const upload = createUpload(api, blobSource(file), {
      title,
      visibility: options.visibility,
      account: options.account,
      resumeStore: openLocalResumeStore(),
    })
    const { name: fileName, size: sizeBytes, lastModified } = file
    const entry: UploadEntry = { key: nextKey++, account: options.account, fileName, sizeBytes, lastModified, title, visibility: options.visibility, upload }
    upload.subscribe(() => follow(entry, handle))
    change([...entries.filter((each) => !isSameFile(each, file) || each.upload.snapshot().phase === 'done'), entry])
  }
  startWaiting()
}

/** Takes a finished or failed entry off the list; what is on the server stays. */
export function dismissEntry(entry: UploadEntry): void {
  change(entries.filter((each) => each !== entry))
}

export async function cancelEntry(entry: UploadEntry): Promise<void> {
  const { videoId } = entry.upload.snapshot()
  await entry.upload.cancel()
  if (videoId) await forgetHandle(videoId)
  dismissEntry(entry)
  await queryClient.invalidateQueries({ queryKey: ['videos'] })
}

/** Tries a failed upload again; what was sent is kept. */
export const retryEntry = (entry: UploadEntry): void => start(entry)

function startWaiting(): void {
  const running = entries.filter(({ upload }) => ['starting', 'uploading', 'completing'].includes(upload.snapshot().phase)).length
  const waiting = entries.filter(({ upload }) => upload.snapshot().phase === 'idle')
  for (const entry of waiting.slice(0, Math.max(0, atOnce - running))) start(entry)
}

function start(entry: UploadEntry): void {
  entry.upload.start().then(
    ({ id }) => {
      void forgetHandle(id)
      void queryClient.invalidateQueries({ queryKey: ['videos'] })
    },
    // The snapshot carries the error to the page.
    () => undefined,
  )
}

const keptHandles = new Set<string>()

function follow(entry: UploadEntry, handle: FileHandle | undefined): void {
  const { phase, videoId } = entry.upload.snapshot()
  if (handle && videoId && phase === 'uploading' && !keptHandles.has(videoId)) {
    keptHandles.add(videoId)
    void keepHandle(videoId, handle)
  }
  if (phase === 'paused' || isOver(entry)) startWaiting()
}

const isOver = ({ upload }: UploadEntry): boolean => ['done', 'failed', 'cancelled'].includes(upload.snapshot().phase)
const isSameFile = (entry: UploadEntry, file: File): boolean =>
  entry.fileName === file.name && entry.sizeBytes === file.size && entry.lastModified === file.lastModified

function change(next: readonly UploadEntry[]): void {
  entries = next
  for (const listener of listeners) listener()
}

/** Whether leaving the page would interrupt something. */
export const isBusy = (): boolean => entries.some(({ upload }) => ['idle', 'starting', 'uploading', 'completing'].includes(upload.snapshot().phase))

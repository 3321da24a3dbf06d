/** The uploads of this tab. They live outside the pages, so that they go on while somebody looks around. */
import type { Video, Visibility } from '@sluice/contract'
import { blobSource, createUpload, openLocalResumeStore, type Client, type Upload, type UploadPhase } from '@sluice/sdk'
import { api, queryClient } from '../data/api.ts'
import { confirmAccount, currentAccountId, onSession } from '../session/current-account.ts'
import { titleOfFile } from '../ui/texts.ts'
import { removeEarlier, replaceOnceDone, resumeStoreOf } from './earlier-upload.ts'
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
  /** The unfinished video that the file was chosen again for. */
  earlier?: Video
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
  for (const each of picked) add(each, { ...options, title: titleOfFile(each.file.name) })
  startWaiting()
}

/** Goes on with an unfinished video; where this browser can't, its file is sent from the start under the same title, for the same viewers. */
export function continueVideo(picked: PickedFile, earlier: Video, account: string): void {
  add(picked, { account, earlier, title: earlier.title, visibility: earlier.visibility })
  startWaiting()
}

type AddOptions = { title: string; visibility: Visibility; account: string; earlier?: Video }

function add({ file, handle }: PickedFile, { title, visibility, account, earlier }: AddOptions): void {
  unfollowSession ??= onSession(followSession)
  const same = entries.filter((entry) => isSameFile(entry, file) && entry.account === account)
  if (same.some((entry) => !isOver(entry))) return
  const resumeStore = earlier ? resumeStoreOf(earlier) : openLocalResumeStore()
  const upload = createUpload(clientOf(account), blobSource(file), { title, visibility, account, resumeStore })
  const { name: fileName, size: sizeBytes, lastModified } = file
  const entry: UploadEntry = { key: nextKey++, account, fileName, sizeBytes, lastModified, title, visibility, earlier, upload }
  upload.subscribe(() => follow(entry, handle))
  if (earlier) replaceOnceDone(upload, earlier)
  change([...entries.filter((each) => !same.includes(each) || each.upload.snapshot().phase === 'done'), entry])
}

/** Finds and begins uploads for this account alone: the cookie may have become another's, in another tab too. */
function clientOf(account: string): Client {
  const { get, begin } = api.uploads
  const uploads: Client['uploads'] = {
    ...api.uploads,
    get: (...parameters) => confirmAccount(account, parameters[1]?.signal).then(() => get(...parameters)),
    begin: (...parameters) => confirmAccount(account, parameters[1]?.signal).then(() => begin(...parameters)),
  }
  return { ...api, uploads }
}

/** Takes a finished or failed entry off the list; what is on the server stays. */
export function dismissEntry(entry: UploadEntry): void {
  change(entries.filter((each) => each !== entry))
}

/** Takes it off the list and off the server, however far it is. Rejects when that failed. */
export async function cancelEntry(entry: UploadEntry): Promise<void> {
  const { upload, earlier } = entry
  await upload.cancel()
  // The server was told that all is sent: what comes of that has to be waited for. Should parts be missing, it is cancelled after all.
  while (isIn(entry, 'completing')) await nextPhase(upload)
  await upload.cancel()
  const { phase, videoId } = upload.snapshot()
  if (phase === 'done') await api.videos.delete(videoId!)
  else if (!videoId && earlier) await removeEarlier(earlier)
  if (videoId) await forgetHandle(videoId)
  dismissEntry(entry)
  await queryClient.invalidateQueries({ queryKey: ['videos'] })
}

const nextPhase = (upload: Upload): Promise<void> =>
  new Promise((resolve) => {
    const { phase } = upload.snapshot()
    const stop = upload.subscribe(() => {
      if (upload.snapshot().phase === phase) return
      stop()
      resolve()
    })
  })

/** Tries a failed upload again; what was sent is kept. */
export function retryEntry(entry: UploadEntry): void {
  entry.upload.resume()
  start(entry)
}

/** Those of whoever is signed in. The others' wait until they are back. */
const ownEntries = (): UploadEntry[] => entries.filter(({ account }) => account === currentAccountId())

function startWaiting(): void {
  const own = ownEntries()
  const running = own.filter((entry) => isIn(entry, 'starting', 'uploading', 'completing')).length
  const waiting = own.filter((entry) => isIn(entry, 'idle'))
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

let unfollowSession: (() => void) | undefined

/** Whoever is signed in goes on, everybody else pauses. */
function followSession(): void {
  const own = ownEntries()
  for (const entry of entries) if (!own.includes(entry) && isIn(entry, 'starting', 'uploading')) entry.upload.pause()
  startWaiting()
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

const isIn = ({ upload }: UploadEntry, ...phases: UploadPhase[]): boolean => phases.includes(upload.snapshot().phase)
const isOver = (entry: UploadEntry): boolean => isIn(entry, 'done', 'failed', 'cancelled')
const isSameFile = (entry: UploadEntry, file: File): boolean =>
  entry.fileName === file.name && entry.sizeBytes === file.size && entry.lastModified === file.lastModified

function change(next: readonly UploadEntry[]): void {
  entries = next
  for (const listener of listeners) listener()
}

/** Whether leaving the page would interrupt something. */
export const isBusy = (): boolean => ownEntries().some((entry) => isIn(entry, 'idle', 'starting', 'uploading', 'completing'))

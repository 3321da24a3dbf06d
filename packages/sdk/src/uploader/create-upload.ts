/** The uploader: one file to one server, in parallel parts, resumable; the same in browsers and in Node. */
import type { Video } from '@sluice/contract'
import type { Client } from '../client.ts'
import { SluiceError } from '../error.ts'
import { completeUpload } from './complete-upload.ts'
import { createMeter } from './meter.ts'
import { findUpload, openUpload, type OpenUpload } from './open-upload.ts'
import { lengthOf, spanOf } from './parts.ts'
import { patienceOf } from './patience.ts'
import { resumeKey, type ResumeRecord, type ResumeStore } from './resume-store.ts'
import { missingParts, sendParts } from './send-parts.ts'
import { SourceChanged, type UploadSource } from './source.ts'
import { UploadCancelled, type Upload, type UploadOptions, type UploadPhase, type UploadSnapshot } from './types.ts'

const progressEveryMs = 100
/** How often parts that the server turns out not to have are sent again before the upload fails. */
const rounds = 4

class Paused extends Error {}

/** An upload of the source, not started. The source stays the caller's to close. */
export function createUpload(client: Client, source: UploadSource, options: UploadOptions = {}): Upload {
  const resumeStore = options.resumeStore ?? memoryStore()
  const key = resumeKey(client.baseUrl, options.account, source.fingerprint)
  const meter = createMeter(source.sizeBytes)
  const listeners = new Set<() => void>()
  const life = new AbortController()
  let turn = new AbortController()
  let wantsPause = false
  let wake: (() => void) | undefined
  let running: Promise<Video> | undefined
  let upload: OpenUpload | undefined
  let phase: UploadPhase = 'idle'
  let error: unknown
  let snapshot: UploadSnapshot = { phase, ...meter.read() }
  let progressTimer: ReturnType<typeof setTimeout> | undefined

  function tell(next: UploadPhase = phase): void {
    clearTimeout(progressTimer)
    progressTimer = undefined
    phase = next
    snapshot = { phase, ...meter.read(), uploadId: upload?.uploadId, videoId: upload?.videoId, error }
    for (const listener of [...listeners]) listener()
  }
  const onProgress = () => void (progressTimer ??= setTimeout(tell, progressEveryMs))

  async function run(): Promise<Video> {
    const { signal } = life
    tell('starting')
    await source.check()
    upload = await openUpload(client, source, { ...options, resumeStore, key, signal })
    meter.resume(sizeOfParts(upload))
    for (let round = 1; !upload.video; round++) {
      if (round > rounds) throw new SluiceError('The store keeps losing parts', { status: 0, code: 'parts_missing' })
      while (missingParts(upload).length > 0) await sendUntilPaused(upload, signal)
      tell('completing')
      await source.check()
      upload.video = await completeUpload(client, upload, source.sizeBytes, patienceOf(options, signal))
      meter.correct(sizeOfParts(upload))
    }
    await resumeStore.delete(key)
    return upload.video
  }

  async function sendUntilPaused(open: OpenUpload, signal: AbortSignal): Promise<void> {
    while (wantsPause) await pauseUntilWoken(signal)
    signal.throwIfAborted()
    turn = new AbortController()
    meter.restart()
    tell('uploading')
    try {
      await sendParts(client, source, open, { ...options, meter, onProgress, signal: AbortSignal.any([signal, turn.signal]) })
    } catch (reason) {
      // Paused and then cancelled: the reason that came first is the one that we are told.
      signal.throwIfAborted()
      if (!(reason instanceof Paused)) throw reason
    }
  }

  function pauseUntilWoken(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    return new Promise((resolve, reject) => {
      const stop = () => reject(signal.reason)
      wake = () => {
        signal.removeEventListener('abort', stop)
        resolve()
      }
      signal.addEventListener('abort', stop, { once: true })
      // Last: a listener may resume or cancel at once.
      tell('paused')
    })
  }

  /** Another process or tab may have completed this upload while we were sending: that is no failure. */
  async function finishedElsewhere(reason: unknown): Promise<Video | undefined> {
    if (!upload || !(reason instanceof SluiceError) || reason.code !== 'upload_finished') return undefined
    const found = await findUpload(client, upload.uploadId, source.sizeBytes, life.signal).catch(() => undefined)
    if (found?.video) await resumeStore.delete(key)
    return found?.video
  }

  const sizeOfParts = ({ parts, partSizeBytes }: OpenUpload) =>
    [...parts.keys()].reduce((sum, partNumber) => sum + lengthOf(spanOf(partNumber, source.sizeBytes, partSizeBytes)), 0)

  return {
    snapshot: () => snapshot,
    subscribe(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    start() {
      if (phase === 'cancelled') return Promise.reject(new UploadCancelled('The upload was cancelled'))
      if (running) return running
      error = undefined
      running = run()
        .catch(async (reason: unknown) => {
          const video = await finishedElsewhere(reason)
          if (video) return video
          running = undefined
          error = reason
          // What was sent is of a file that no longer is: nothing can go on with it. One that can't be read now may be there again.
          if (reason instanceof SourceChanged && upload) await discard(upload.uploadId)
          tell(reason instanceof UploadCancelled ? 'cancelled' : 'failed')
          throw reason
        })
        .then((video) => {
          tell('done')
          return video
        })
      return running
    },
    pause() {
      wantsPause = true
      turn.abort(new Paused())
    },
    resume() {
      wantsPause = false
      wake?.()
    },
    async cancel() {
      // All bytes are there and the server has been told: the video exists or is about to. Deleting it is another call.
      if (phase === 'done' || phase === 'completing' || phase === 'cancelled') return
      const ended = running
      life.abort(new UploadCancelled('The upload was cancelled'))
      await ended?.catch(() => undefined)
      tell('cancelled')
      if (upload) await discard(upload.uploadId)
      else await resumeStore.delete(key)
    },
  }

  async function discard(uploadId: string): Promise<void> {
    await resumeStore.delete(key)
    await client.uploads.abort(uploadId).catch((reason: unknown) => {
      // What can't be removed now expires on the server by itself.
      if (!(reason instanceof SluiceError)) throw reason
    })
  }
}

function memoryStore(): ResumeStore {
  let record: ResumeRecord | undefined
  return {
    get: async () => record,
    set: async (_key, next) => void (record = next),
    delete: async () => void (record = undefined),
  }
}

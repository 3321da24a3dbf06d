/** One file on its way: progress, pause, cancel; its words to edit meanwhile; then its state until it plays. */
import { useMutation } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'wouter'
import { isCode, messageOf } from '../data/api.ts'
import { isPlayable, useVideo } from '../data/video-queries.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { CloseIcon, PauseIcon, PlayIcon } from '../ui/icons.tsx'
import { ProgressBar } from '../ui/progress.tsx'
import { bytesText, percentText, remainingText } from '../ui/texts.ts'
import { StateNote } from '../video/state-note.tsx'
import { VideoForm } from '../video/video-form.tsx'
import './upload-card.css'
import { cancelEntry, dismissEntry, retryEntry, type UploadEntry } from './upload-list.ts'
import { useUpload } from './use-uploads.ts'

export function UploadCard({ entry }: { entry: UploadEntry }) {
  const snapshot = useUpload(entry)
  const { phase, videoId, fraction, error } = snapshot
  const isDone = phase === 'done'
  const { data: video } = useVideo(videoId, { pollMs: isDone ? 1500 : 0 })
  const [isCancelling, setCancelling] = useState(false)
  // Without a network too: the sending stops at once.
  const cancel = useMutation({ mutationFn: () => cancelEntry(entry), networkMode: 'always' })
  const isSent = isDone || phase === 'completing'
  const canPause = phase === 'uploading' || phase === 'starting'

  return (
    <article className="upload-card" data-phase={phase} data-video={videoId} data-state={video?.state} aria-label={entry.fileName}>
      <header className="upload-card-head">
        <div>
          <h2>{video?.title ?? entry.title}</h2>
          <p className="soft">
            {entry.fileName} · {bytesText(entry.sizeBytes)}
          </p>
        </div>
        <div className="upload-card-actions">
          {canPause && (
            <button type="button" className="button button-small" onClick={() => entry.upload.pause()}>
              <PauseIcon size={17} /> Pause
            </button>
          )}
          {phase === 'paused' && (
            <button type="button" className="button button-small" onClick={() => entry.upload.resume()}>
              <PlayIcon size={17} /> Continue
            </button>
          )}
          {phase === 'failed' && !isHopeless(error) && (
            <button type="button" className="button button-small button-strong" onClick={() => retryEntry(entry)}>
              Try again
            </button>
          )}
          {video && isDone && isPlayable(video) && (
            <Link href={`/watch/${video.id}`} className="button button-small button-strong">
              <PlayIcon size={17} /> Watch
            </Link>
          )}
          {isDone || (phase === 'failed' && !videoId) ? (
            <button type="button" className="button button-small button-quiet" aria-label="Take off this list" title="Take off this list" onClick={() => dismissEntry(entry)}>
              <CloseIcon size={18} />
            </button>
          ) : (
            phase !== 'completing' && (
              <button type="button" className="button button-small" onClick={() => setCancelling(true)}>
                Cancel
              </button>
            )
          )}
        </div>
      </header>

      {phase === 'failed' ? (
        <p className="banner banner-danger" role="alert">
          {messageOf(error)}
        </p>
      ) : (
        <div className="upload-card-progress">
          <ProgressBar
            label={isDone ? 'Encoding' : 'Upload'}
            isCalm={phase === 'paused'}
            fraction={isDone ? encodedShare(video) : phase === 'completing' ? undefined : fraction}
          />
          <p className="upload-card-facts">
            {isDone && video ? <EncodingText video={video} /> : <span>{sendingText(snapshot)}</span>}
            {isDone && video && <StateNote video={video} />}
          </p>
        </div>
      )}
      {entry.earlier && videoId && videoId !== entry.earlier.id && (
        <p className="banner banner-warn" role="status">
          This browser does not know the upload that was begun, so the file is sent from the start.
        </p>
      )}
      {video?.failure && isDone && (
        <p className="banner banner-danger" role="alert">
          {video.failure.message}
        </p>
      )}
      {video && <VideoForm key={video.id} videoId={video.id} saved={video} />}
      {isCancelling && (
        <ConfirmDialog
          title="Cancel this upload?"
          text={
            isSent
              ? 'Everything is sent already. The video is deleted as soon as the server has put it together.'
              : 'What was sent so far is removed from the server. Closing the tab instead keeps it: choose the same file later to go on.'
          }
          action={cancel.isPending ? 'Cancelling…' : 'Cancel the upload'}
          isBusy={cancel.isPending}
          error={cancel.isError ? messageOf(cancel.error) : undefined}
          onClose={() => setCancelling(false)}
          onConfirm={() => cancel.mutate()}
        />
      )}
    </article>
  )
}

/** Another try can't mend the file itself. */
const isHopeless = (error: unknown): boolean => isCode(error, 'file_empty', 'file_too_large') || (error as Error | undefined)?.name === 'SourceChanged'

const encodedShare = (video: { state: string; progress: number } | undefined): number | undefined =>
  !video || (video.state === 'inspecting' && video.progress === 0) ? undefined : video.state === 'ready' ? 1 : video.progress

function sendingText(snapshot: ReturnType<typeof useUpload>): string {
  const { phase, fraction, bytesPerSecond, secondsLeft, resumedBytes, totalBytes, acknowledgedBytes, inFlightBytes } = snapshot
  const sent = `${percentText(fraction)} · ${bytesText(acknowledgedBytes + inFlightBytes)} of ${bytesText(totalBytes)}`
  if (phase === 'idle') return 'Waits for its turn'
  if (phase === 'starting') return 'Starting…'
  if (phase === 'paused') return `Paused at ${sent}`
  if (phase === 'completing') return 'Everything is sent; the server puts it together…'
  if (phase === 'cancelled') return 'Cancelled'
  const rate = bytesPerSecond ? ` · ${bytesText(bytesPerSecond)}/s` : ''
  const left = secondsLeft !== undefined && Number.isFinite(secondsLeft) && fraction < 1 ? ` · ${remainingText(secondsLeft)} left` : ''
  const before = resumedBytes > 0 ? ` · continued at ${percentText(resumedBytes / totalBytes)}` : ''
  return `${sent}${rate}${left}${before}`
}

function EncodingText({ video }: { video: { state: string } }) {
  if (video.state === 'inspecting') return <span>Uploaded. The server looks at the file; you can close this page.</span>
  if (video.state === 'playable') return <span>It can be watched now. More qualities follow.</span>
  if (video.state === 'ready') return <span>Ready in every quality.</span>
  if (video.state === 'failed') return <span>This file could not be made playable.</span>
  return <span>Uploaded.</span>
}

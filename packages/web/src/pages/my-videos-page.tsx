/** One's own videos with their live state: watch, edit, delete, go on with an upload. */
import type { Video } from '@sluice/contract'
import { Link } from 'wouter'
import { messageOf } from '../data/api.ts'
import { isPlayable, isSettled, useRetryVideo, useVideos } from '../data/video-queries.ts'
import { SignInNeeded } from '../session/sign-in-needed.tsx'
import { useSession } from '../session/use-session.ts'
import { UploadIcon } from '../ui/icons.tsx'
import { Notice } from '../ui/notice.tsx'
import { ProgressBar } from '../ui/progress.tsx'
import { ageText, bytesText } from '../ui/texts.ts'
import { OwnerActions } from '../video/owner-actions.tsx'
import { Poster } from '../video/poster.tsx'
import { StateNote, VisibilityNote } from '../video/state-note.tsx'
import './my-videos-page.css'

export function MyVideosPage() {
  const { account } = useSession()
  const list = useVideos({ channel: 'me', isLive: true, isWanted: Boolean(account) })
  if (account === null) return <SignInNeeded title="Sign in to see your videos" text="Public and private ones, and what is still on its way." />
  const videos = list.data?.pages.flatMap((page) => page.items) ?? []

  return (
    <main className="page" aria-busy={list.isPending}>
      <title>My videos · Sluice</title>
      <div className="page-head">
        <h1>My videos</h1>
      </div>
      {list.isError && (
        <p className="banner banner-danger" role="alert">
          {messageOf(list.error)}
        </p>
      )}
      {list.isSuccess && videos.length === 0 && (
        <Notice title="Nothing here yet" text="What you upload appears here, with its state while it is made ready.">
          <Link href="/upload" className="button button-strong">
            <UploadIcon size={18} /> Upload a video
          </Link>
        </Notice>
      )}
      <ul className="mine">
        {videos.map((video) => (
          <MyVideo key={video.id} video={video} />
        ))}
        {list.isPending && Array.from({ length: 4 }, (_, index) => <li key={index} className="mine-row mine-waiting skeleton" aria-hidden="true" />)}
      </ul>
      {list.hasNextPage && (
        <button type="button" className="button mine-more" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {list.isFetchingNextPage ? 'Loading…' : 'Show more'}
        </button>
      )}
    </main>
  )
}

function MyVideo({ video }: { video: Video }) {
  const isEncoding = !isSettled(video) && video.state !== 'awaiting-upload'
  const hasShare = video.state === 'playable' || video.progress > 0
  const retry = useRetryVideo()
  return (
    <li className="mine-row" data-video={video.id} data-state={video.state}>
      {isPlayable(video) ? (
        <Link href={`/watch/${video.id}`} className="mine-poster" aria-label={`Watch ${video.title}`}>
          <Poster video={video} />
        </Link>
      ) : (
        <div className="mine-poster">
          <Poster video={video} />
        </div>
      )}
      <div className="mine-words">
        <h2>{isPlayable(video) ? <Link href={`/watch/${video.id}`}>{video.title}</Link> : video.title}</h2>
        <p className="mine-facts">
          <StateNote video={video} />
          <VisibilityNote visibility={video.visibility} />
          <span>{ageText(video.createdAt)}</span>
          {video.height !== undefined && (
            <span>
              {video.width} × {video.height}
            </span>
          )}
          {video.sizeBytes !== undefined && <span>{bytesText(video.sizeBytes)}</span>}
        </p>
        {isEncoding && <ProgressBar label={`Encoding ${video.title}`} fraction={hasShare ? video.progress : undefined} />}
        {video.failure && <p className="error-text">{video.failure.message}</p>}
        {video.failureDetail && (
          <details className="mine-detail">
            <summary>What exactly</summary>
            <code>{video.failureDetail}</code>
          </details>
        )}
        {retry.isError && (
          <p className="error-text" role="alert">
            {messageOf(retry.error)}
          </p>
        )}
        {video.warnings.map(({ code, message }) => (
          <p key={code} className="mine-warning">
            {message}
          </p>
        ))}
      </div>
      <div className="mine-actions">
        {video.state === 'awaiting-upload' && (
          <Link href="/upload" className="button button-small button-strong">
            Continue
          </Link>
        )}
        {video.state === 'failed' && (
          <button type="button" className="button button-small button-strong" disabled={retry.isPending} onClick={() => retry.mutate(video.id)} aria-label={`Try ${video.title} again`}>
            {retry.isPending ? 'Asking…' : 'Try again'}
          </button>
        )}
        <OwnerActions video={video} />
      </div>
    </li>
  )
}

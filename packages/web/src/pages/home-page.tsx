/** The latest public videos, of everybody or of one channel; more as the reader scrolls. */
import { useEffect, useRef } from 'react'
import { Link } from 'wouter'
import { messageOf } from '../data/api.ts'
import { useVideos } from '../data/video-queries.ts'
import { useSession } from '../session/use-session.ts'
import { UploadIcon } from '../ui/icons.tsx'
import { Notice } from '../ui/notice.tsx'
import { VideoGrid } from '../video/video-grid.tsx'

export function HomePage({ channel }: { channel?: string }) {
  const list = useVideos({ channel })
  const { account } = useSession()
  const videos = list.data?.pages.flatMap((page) => page.items) ?? []
  const end = useRef<HTMLDivElement>(null)
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = list

  useEffect(() => {
    // After a failure the reader asks again: the end is in sight all the time, and would ask for ever.
    if (!hasNextPage || isFetchingNextPage || isFetchNextPageError || !end.current) return
    const observer = new IntersectionObserver(([entry]) => entry?.isIntersecting && void fetchNextPage(), { rootMargin: '600px' })
    observer.observe(end.current)
    return () => observer.disconnect()
  }, [hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage, videos.length])

  if (list.isSuccess && videos.length === 0) return <EmptyHome channel={channel} isSignedIn={Boolean(account)} />
  if (list.isError && videos.length === 0) {
    return (
      <main>
        <Notice title="The videos can’t be listed" text={messageOf(list.error)}>
          <button type="button" className="button button-strong" onClick={() => void list.refetch()}>
            Try again
          </button>
        </Notice>
      </main>
    )
  }
  const isWaiting = list.isPending || isFetchingNextPage
  return (
    <main className="page" aria-busy={isWaiting}>
      <title>{channel ? `${channel} · Sluice` : 'Sluice'}</title>
      <h1 className={channel ? 'page-head' : 'visually-hidden'}>{channel ?? 'Latest videos'}</h1>
      <VideoGrid videos={videos} placeholders={list.isPending ? 12 : isFetchingNextPage ? 4 : 0} />
      <div ref={end} />
      {isFetchNextPageError && (
        <p className="error-text" role="alert">
          {messageOf(list.error)}{' '}
          <button type="button" className="button button-small" onClick={() => void fetchNextPage()}>
            Try again
          </button>
        </p>
      )}
    </main>
  )
}

function EmptyHome({ channel, isSignedIn }: { channel?: string; isSignedIn: boolean }) {
  if (channel) {
    return (
      <main>
        <title>{`${channel} · Sluice`}</title>
        <Notice title="No public videos here" text={`${channel} has not published anything yet.`} />
      </main>
    )
  }
  return (
    <main>
      <title>Sluice</title>
      <Notice
        title="No videos yet"
        text={
          isSignedIn
            ? 'Upload the first one: any size, any camera. It can be watched seconds after the last byte arrived.'
            : 'Make an account and upload the first one: any size, any camera. The first account runs this site.'
        }
      >
        <Link href={isSignedIn ? '/upload' : '/sign-up?next=/upload'} className="button button-strong">
          <UploadIcon size={18} />
          {isSignedIn ? 'Upload a video' : 'Make an account'}
        </Link>
        {!isSignedIn && (
          <Link href="/sign-in" className="button">
            Sign in
          </Link>
        )}
      </Notice>
    </main>
  )
}

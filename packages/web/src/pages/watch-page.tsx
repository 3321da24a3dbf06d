/** Watching: the player, the words below it, the state while it is still being encoded, the owner's tools. */
import type { PlayAnswer, Video } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { useEffect, useMemo, useRef, useState } from 'react'
import { Link, useLocation } from 'wouter'
import { api, isCode, messageOf } from '../data/api.ts'
import { useLiveVideo } from '../data/use-live-video.ts'
import { playbackReporter } from '../data/report-playback.ts'
import { isPlayable } from '../data/video-queries.ts'
import { preloadEngine } from '../player/open-engine.ts'
import { Player } from '../player/player.tsx'
import type { PlayerSource } from '../player/source.ts'
import { useSession } from '../session/use-session.ts'
import { Notice } from '../ui/notice.tsx'
import { ProgressBar } from '../ui/progress.tsx'
import { dateText, percentText } from '../ui/texts.ts'
import { AudiencePicture } from '../video/audience-picture.tsx'
import { DownloadButton } from '../video/download-button.tsx'
import { EncodingPanel } from '../video/encoding-panel.tsx'
import { LadderPicture } from '../video/ladder-picture.tsx'
import { OwnerActions } from '../video/owner-actions.tsx'
import { VisibilityNote } from '../video/state-note.tsx'
import { NotFoundPage } from './not-found-page.tsx'
import './watch-page.css'

export function WatchPage({ id }: { id: string }) {
  const { account } = useSession()
  const [, navigate] = useLocation()
  const { data: video, error, isPending, refetch } = useLiveVideo(id)
  useEffect(preloadEngine, [])

  if (isCode(error, 'video_not_found', 'not_found', 'bad_request')) return <NotFoundPage what="video" />
  if (error && !video) {
    return (
      <main>
        <Notice title="The video can’t be loaded" text={messageOf(error)}>
          <button type="button" className="button button-strong" onClick={() => void refetch()}>
            Try again
          </button>
        </Notice>
      </main>
    )
  }
  const isOwner = Boolean(account && video && account.id === video.channel.id)
  return (
    <main className="watch" aria-busy={isPending}>
      <title>{video ? `${video.title} · Sluice` : 'Sluice'}</title>
      <div className="watch-stage">
        {!video || isPlayable(video) ? <Stage id={id} video={video} /> : <EncodingPanel video={video} isOwner={isOwner} />}
      </div>
      <div className="watch-words">
        {video ? (
          <Words video={video} isOwner={isOwner} isAdmin={account?.isAdmin ?? false} onDeleted={() => navigate('/my')} />
        ) : (
          <>
            <div className="skeleton watch-line" />
            <div className="skeleton watch-line watch-line-short" />
          </>
        )}
      </div>
    </main>
  )
}

/** How many qualities are complete: when there are more, a later version of the manifest may list them. */
const completeCount = (video: Video | undefined): number => video?.renditions.filter(({ kind, complete }) => kind === 'video' && complete).length ?? 0

/** `onRenewed`: told of each later answer to the same question, whose addresses work longer. */
const sourceOf = (id: string, answer: PlayAnswer, onRenewed: (answer: PlayAnswer) => void): PlayerSource => ({
  contentId: id, hosts: answer.hosts, onPlayback: playbackReporter(id, answer.token), dashUrl: answer.dashUrl, hlsUrl: answer.hlsUrl, startRendition: answer.startRendition, captions: answer.captions.map(named), loudness: answer.loudness,
  renewal: { expiresAt: answer.expiresAt, fetchAgain: () => api.videos.play(id).then((next) => (onRenewed(next), next)) },
})

/** The play answer of a visit again, each time that more qualities are complete than at the answer before. */
function useLaterSource(id: string, video: Video | undefined, isAnswered: boolean, onRenewed: (answer: PlayAnswer) => void): PlayerSource | undefined {
  const known = useRef<number>(undefined)
  const [later, setLater] = useState<PlayerSource>()
  const complete = completeCount(video)
  useEffect(() => {
    if (!isAnswered || !video) return
    const before = known.current
    known.current = complete
    if (before === undefined || complete <= before) return
    const ending = new AbortController()
    // Without an answer what plays goes on as it is.
    api.videos.play(id, { signal: ending.signal }).then((answer) => (onRenewed(answer), setLater(sourceOf(id, answer, onRenewed))), () => undefined)
    return () => ending.abort()
  }, [id, isAnswered, video !== undefined, complete])
  return later
}

const named = ({ label, kind, ...caption }: PlayAnswer['captions'][number]) => ({ ...caption, label: kind === 'generated' ? `${label} (automatic)` : label })

/** The play answer is asked for beside the video's own: neither waits for the other. */
function Stage({ id, video }: { id: string; video: Video | undefined }) {
  const play = useQuery({
    queryKey: ['play', id],
    queryFn: ({ signal }) => api.videos.play(id, { signal }),
    // Asked for once per visit: a new answer would begin the stream anew.
    staleTime: Infinity,
    gcTime: 0,
    structuralSharing: false,
    refetchOnWindowFocus: false,
    refetchOnReconnect: false,
  })
  const answer = play.data
  const [renewed, setRenewed] = useState<{ of: PlayAnswer | undefined; answer: PlayAnswer }>()
  const onRenewed = (next: PlayAnswer) => setRenewed({ of: answer, answer: next })
  const source = useMemo<PlayerSource | undefined>(
    () => answer && sourceOf(id, answer, onRenewed),
    [answer, id],
  )
  const laterSource = useLaterSource(id, video, answer !== undefined, onRenewed)
  const newest = renewed && renewed.of === answer ? renewed.answer : answer
  const { refetch, isError, error } = play
  // It became playable between the two questions.
  const isEarly = isCode(error, 'not_playable_yet') && video !== undefined
  useEffect(() => {
    if (!isEarly) return
    const timer = setTimeout(() => void refetch(), 1000)
    return () => clearTimeout(timer)
  }, [isEarly, refetch])

  if (isError && !answer && !isEarly && video) {
    return (
      <div className="watch-failed" role="alert">
        <p>{messageOf(error)}</p>
        <button type="button" className="button button-strong" onClick={() => void refetch()}>
          Try again
        </button>
      </div>
    )
  }
  const ratio = video?.width && video.height ? video.width / video.height : undefined
  return (
    <Player
      source={source}
      laterSource={laterSource}
      title={video?.title ?? ''}
      posterUrl={answer?.posterUrl ?? video?.posterUrl}
      aspectRatio={ratio && ratio < 1 ? 16 / 9 : ratio}
      chapters={video?.chapters}
      storyboardUrl={newest?.storyboardUrl}
      encodedShare={video?.state === 'playable' ? video.progress : 1}
      onRetry={() => void refetch()}
    />
  )
}

function Words({ video, isOwner, isAdmin, onDeleted }: { video: Video; isOwner: boolean; isAdmin: boolean; onDeleted: () => void }) {
  return (
    <>
      {video.state === 'playable' && (
        <div className="watch-encoding" role="status">
          <p>Still encoding: {percentText(video.progress)}. You can watch already; more qualities follow.</p>
          <ProgressBar label="Encoding" fraction={video.progress} />
        </div>
      )}
      <div className="watch-head">
        <h1>{video.title}</h1>
        <div className="watch-actions">
          <DownloadButton video={video} isOwner={isOwner} isAdmin={isAdmin} />
          {isOwner && <OwnerActions video={video} onDeleted={onDeleted} />}
        </div>
      </div>
      <p className="watch-facts">
        <Link href={`/channel/${video.channel.handle}`} className="watch-channel">
          <span aria-hidden="true">{video.channel.handle.slice(0, 1).toUpperCase()}</span>
          {video.channel.handle}
        </Link>
        <time dateTime={new Date(video.createdAt).toISOString()}>{dateText(video.createdAt)}</time>
        <VisibilityNote visibility={video.visibility} />
      </p>
      {isOwner &&
        video.warnings.map(({ code, message }) => (
          <p key={code} className="banner banner-warn">
            {message}
          </p>
        ))}
      {video.description && <p className="watch-description">{video.description}</p>}
      {isOwner && <LadderPicture video={video} />}
      {isOwner && isPlayable(video) && <AudiencePicture id={video.id} />}
    </>
  )
}

/** Cards of videos in a grid, with grey ones while they load. */
import type { Video } from '@sluice/contract'
import { Link } from 'wouter'
import { ageText, dateText } from '../ui/texts.ts'
import { Poster } from './poster.tsx'
import { StateNote, VisibilityNote } from './state-note.tsx'
import './video-grid.css'

/** The first row is seen at once: its pictures don't wait. */
const eagerCards = 4

export function VideoGrid({ videos, placeholders }: { videos: Video[]; placeholders: number }) {
  return (
    <ul className="grid">
      {videos.map((video, index) => (
        <li key={video.id} className="card">
          <Link href={`/watch/${video.id}`} className="card-link">
            <Poster video={video} isEager={index < eagerCards} />
            <h2>{video.title}</h2>
          </Link>
          <p className="card-facts">
            <Link href={`/channel/${video.channel.handle}`}>{video.channel.handle}</Link>
            <time dateTime={new Date(video.createdAt).toISOString()} title={dateText(video.createdAt)}>
              {ageText(video.createdAt)}
            </time>
            <VisibilityNote visibility={video.visibility} />
            {video.state !== 'ready' && <StateNote video={video} />}
          </p>
        </li>
      ))}
      {Array.from({ length: placeholders }, (_, index) => (
        <li key={`placeholder-${index}`} className="card" aria-hidden="true">
          <div className="poster skeleton" />
          <div className="card-line skeleton" />
          <div className="card-line card-line-short skeleton" />
        </li>
      ))}
    </ul>
  )
}

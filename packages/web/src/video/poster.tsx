/** A video's still picture in its frame, with the length in the corner; a plain frame while there is none. */
import type { Video } from '@sluice/contract'
import { useState } from 'react'
import { clockText } from '../player/clock-text.ts'
import { FilmIcon } from '../ui/icons.tsx'
import './poster.css'

export function Poster({ video, isEager = false }: { video: Video; isEager?: boolean }) {
  const [isBroken, setBroken] = useState(false)
  const hasPicture = video.posterUrl !== undefined && !isBroken
  return (
    <div className="poster">
      {hasPicture ? (
        <img src={video.posterUrl} alt="" width={16} height={9} loading={isEager ? 'eager' : 'lazy'} decoding="async" onError={() => setBroken(true)} />
      ) : (
        <span className="poster-none">
          <FilmIcon size={36} />
        </span>
      )}
      {video.durationSeconds !== undefined && <span className="poster-length">{clockText(video.durationSeconds)}</span>}
    </div>
  )
}

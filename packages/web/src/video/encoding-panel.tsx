/** Stands where the player will be, while a video is not playable: what happens to it now, or why it will not play. */
import type { Video } from '@sluice/contract'
import { Link } from 'wouter'
import { Gauge } from '../ui/progress.tsx'
import { percentText } from '../ui/texts.ts'
import './encoding-panel.css'

export function EncodingPanel({ video, isOwner }: { video: Video; isOwner: boolean }) {
  const { title, text } = wordsOf(video)
  return (
    <div className="encoding" data-state={video.state} role="status">
      {video.state !== 'failed' && <Gauge fraction={video.state === 'awaiting-upload' ? 0.06 : 0.2 + video.progress * 0.8} />}
      <div>
        <h2>{title}</h2>
        <p>{text}</p>
        {video.state === 'awaiting-upload' && isOwner && (
          <Link href="/upload" className="button button-strong">
            Go on with the upload
          </Link>
        )}
      </div>
    </div>
  )
}

function wordsOf(video: Video): { title: string; text: string } {
  if (video.state === 'failed') return { title: 'This video can’t be played', text: video.failure?.message ?? 'It could not be encoded.' }
  if (video.state === 'awaiting-upload') return { title: 'Still being uploaded', text: 'The file is not on the server yet.' }
  const share = video.progress > 0 ? ` ${percentText(video.progress)} is done.` : ''
  return { title: 'Getting it ready', text: `The file is here and is being looked at. It starts by itself, usually within seconds.${share}` }
}

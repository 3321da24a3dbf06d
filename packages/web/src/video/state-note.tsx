/** Where a video stands, in a word or two. */
import type { Video, VideoState, Visibility } from '@sluice/contract'
import { LinkIcon, LockIcon, WarnIcon } from '../ui/icons.tsx'
import { percentText } from '../ui/texts.ts'
import './state-note.css'

/** What each state means to a person. */
export const stateTexts: Record<VideoState, string> = {
  'awaiting-upload': 'Waiting for the file',
  inspecting: 'Getting ready',
  playable: 'Encoding',
  ready: 'Ready',
  failed: 'Failed',
}

export function StateNote({ video }: { video: Pick<Video, 'state' | 'progress'> }) {
  const hasShare = video.state === 'playable' || (video.state === 'inspecting' && video.progress > 0)
  return (
    <span className="state-note" data-state={video.state}>
      {video.state === 'failed' && <WarnIcon size={15} />}
      {stateTexts[video.state]}
      {hasShare && ` ${percentText(video.progress)}`}
    </span>
  )
}

/** Nothing for public videos: that is the rule, the others are worth a sign. */
export function VisibilityNote({ visibility }: { visibility: Visibility }) {
  if (visibility === 'public') return null
  return (
    <span className="visibility-note">
      {visibility === 'private' ? <LockIcon size={15} /> : <LinkIcon size={15} />}
      {visibility === 'private' ? 'Private' : 'Unlisted'}
    </span>
  )
}

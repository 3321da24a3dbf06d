/** Poster, captions and chapters of one's own video, each folded away until it is wanted. */
import type { Video } from '@sluice/contract'
import { useState } from 'react'
import { CaptionsForm } from './captions-form.tsx'
import { ChaptersForm } from './chapters-form.tsx'
import './extras-form.css'
import { PosterChoice } from './poster-choice.tsx'

const parts = [
  { title: 'Poster', Part: PosterChoice },
  { title: 'Captions', Part: CaptionsForm },
  { title: 'Chapters', Part: ChaptersForm },
]

export function ExtrasForm({ video }: { video: Video }) {
  return (
    <div className="extras">
      {parts.map(({ title, Part }) => (
        <Folded key={title} title={title}>
          {() => <Part videoId={video.id} />}
        </Folded>
      ))}
    </div>
  )
}

/** Its content is made when it is first opened: only then something is fetched. */
function Folded({ title, children }: { title: string; children: () => React.ReactNode }) {
  const [wasOpen, setWasOpen] = useState(false)
  return (
    <details onToggle={(event) => event.currentTarget.open && setWasOpen(true)}>
      <summary>{title}</summary>
      <div className="extras-part">{wasOpen && children()}</div>
    </details>
  )
}

/** A video's chapters as text: a time and a title a line. */
import type { Chapter, Video } from '@sluice/contract'
import { useState, type FormEvent } from 'react'
import { messageOf } from '../data/api.ts'
import { useChangeVideo, useVideo } from '../data/video-queries.ts'
import { chaptersText, parseChapters } from './chapters-text.ts'

export function ChaptersForm({ videoId }: { videoId: string }) {
  // Lists leave chapters out: the video is asked for by itself.
  const { data: video, error } = useVideo(videoId)
  if (error) return <p className="error-text" role="alert">{messageOf(error)}</p>
  return video?.chapters ? <Lines video={video} chapters={video.chapters} /> : null
}

function Lines({ video, chapters }: { video: Video; chapters: Chapter[] }) {
  const [text, setText] = useState(chaptersText(chapters))
  const [wrongLine, setWrongLine] = useState<string>()
  const change = useChangeVideo(video.id)

  function save(event: FormEvent): void {
    event.preventDefault()
    const parsed = parseChapters(text)
    setWrongLine(typeof parsed === 'string' ? parsed : undefined)
    if (typeof parsed !== 'string') change.mutate({ chapters: parsed })
  }

  return (
    <form onSubmit={save} className="extras-part">
      <label className="field">
        <span>One a line: a time and a title</span>
        <textarea className="input" name="chapters" rows={5} placeholder={'0:00 Opening\n4:30 The first act'} value={text} onChange={(event) => setText(event.currentTarget.value)} />
      </label>
      {wrongLine !== undefined && <p className="error-text" role="alert">No time and title: “{wrongLine}”</p>}
      {change.isError && <p className="error-text" role="alert">{messageOf(change.error)}</p>}
      <div className="video-form-actions">
        {change.isSuccess && <span className="soft" role="status">Saved</span>}
        <button type="submit" className="button button-small" disabled={change.isPending}>
          Save chapters
        </button>
      </div>
    </form>
  )
}

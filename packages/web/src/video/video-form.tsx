/** Title, description and visibility of a video, saved together. */
import type { Video, Visibility } from '@sluice/contract'
import { useState, type FormEvent } from 'react'
import { messageOf } from '../data/api.ts'
import { useChangeVideo } from '../data/video-queries.ts'
import './video-form.css'

export const visibilityTexts: Record<Visibility, string> = {
  public: 'Public: anybody can find it',
  unlisted: 'Unlisted: anybody with the link',
  private: 'Private: only you',
}

type Fields = Pick<Video, 'title' | 'description' | 'visibility' | 'downloadable'>
type Props = { videoId: string; saved: Fields; onSaved?: () => void; onCancel?: () => void }

/** Only what differs is sent: the rest may have been changed elsewhere meanwhile, and shows here when it was. */
export function VideoForm({ videoId, saved, onSaved, onCancel }: Props) {
  const { title: savedTitle, description, visibility, downloadable = false } = saved
  const known: Fields = { title: savedTitle, description, visibility, downloadable }
  const [edits, setEdits] = useState<Partial<Fields>>({})
  const fields = { ...known, ...edits }
  const change = useChangeVideo(videoId)
  const isChanged = Object.keys(edits).length > 0
  const title = fields.title.trim()

  function edit(more: Partial<Fields>): void {
    const differing = Object.entries({ ...edits, ...more }).filter(([name, value]) => value !== known[name as keyof Fields])
    setEdits(Object.fromEntries(differing))
  }
  function save(event: FormEvent): void {
    event.preventDefault()
    if (title === '') return
    change.mutate('title' in edits ? { ...edits, title } : edits, {
      onSuccess: () => {
        setEdits({})
        onSaved?.()
      },
    })
  }

  return (
    <form className="video-form" onSubmit={save}>
      <label className="field">
        <span>Title</span>
        <input className="input" name="title" required maxLength={200} value={fields.title} onChange={(event) => edit({ title: event.currentTarget.value })} />
      </label>
      <label className="field">
        <span>Description</span>
        <textarea
          className="input"
          name="description"
          maxLength={5000}
          rows={3}
          value={fields.description}
          onChange={(event) => edit({ description: event.currentTarget.value })}
        />
      </label>
      <label className="field">
        <span>Who may watch</span>
        <VisibilitySelect value={fields.visibility} onChange={(visibility) => edit({ visibility })} />
      </label>
      <label className="video-form-check">
        <input
          type="checkbox"
          name="downloadable"
          checked={fields.downloadable}
          onChange={(event) => edit({ downloadable: event.currentTarget.checked })}
        />
        <span>Whoever may watch may also download it</span>
      </label>
      {change.isError && <p className="error-text" role="alert">{messageOf(change.error)}</p>}
      <div className="video-form-actions">
        {!isChanged && change.isSuccess && <span className="soft" role="status">Saved</span>}
        {onCancel && (
          <button type="button" className="button" onClick={onCancel}>
            Cancel
          </button>
        )}
        <button type="submit" className="button button-strong" disabled={!isChanged || title === '' || change.isPending}>
          {change.isPending ? 'Saving…' : 'Save'}
        </button>
      </div>
    </form>
  )
}

export function VisibilitySelect({ value, onChange }: { value: Visibility; onChange: (visibility: Visibility) => void }) {
  return (
    <select className="input" name="visibility" value={value} onChange={(event) => onChange(event.currentTarget.value as Visibility)}>
      {Object.entries(visibilityTexts).map(([name, text]) => (
        <option key={name} value={name}>
          {text}
        </option>
      ))}
    </select>
  )
}

/** A video's captions: what there is, adding a WebVTT or SRT file, removing. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState, type FormEvent } from 'react'
import { api, messageOf } from '../data/api.ts'

const kinds = { uploaded: 'uploaded', source: 'from the file', generated: 'automatic' }
const languages = ['en', 'es', 'fr', 'de', 'it', 'pt', 'nl', 'pl', 'uk', 'ru', 'tr', 'ar', 'hi', 'zh', 'ja', 'ko']

export function CaptionsForm({ videoId }: { videoId: string }) {
  const client = useQueryClient()
  const queryKey = ['captions', videoId]
  const captions = useQuery({ queryKey, queryFn: ({ signal }) => api.captions.list(videoId, { signal }) })
  const onSuccess = () => client.invalidateQueries({ queryKey })
  const put = useMutation({ mutationFn: async (part: { language: string; file: File }) => api.captions.put(videoId, part.language, { text: await part.file.text() }), onSuccess })
  const remove = useMutation({ mutationFn: (id: string) => api.captions.delete(videoId, id), onSuccess })
  const [language, setLanguage] = useState(navigator.language.slice(0, 2))
  const [file, setFile] = useState<File>()
  const error = captions.error ?? put.error ?? remove.error

  function add(event: FormEvent<HTMLFormElement>): void {
    event.preventDefault()
    const form = event.currentTarget
    if (!file) return
    put.mutate({ language: language.trim(), file }, {
      onSuccess: () => {
        form.reset()
        setFile(undefined)
      },
    })
  }

  return (
    <>
      <ul className="captions-list">
        {captions.data?.items.map(({ id, label, kind }) => (
          <li key={id}>
            <span>
              {label} <span className="soft">{kinds[kind]}</span>
            </span>
            <button type="button" className="button button-small" disabled={remove.isPending} onClick={() => remove.mutate(id)} aria-label={`Remove ${label}`}>
              Remove
            </button>
          </li>
        ))}
      </ul>
      {captions.data?.items.length === 0 && <p className="soft">None yet.</p>}
      <form onSubmit={add} className="captions-add">
        <label className="field">
          <span>Language</span>
          <input className="input" name="language" list="caption-languages" required maxLength={35} value={language} onChange={(event) => setLanguage(event.currentTarget.value)} />
          <datalist id="caption-languages">
            {languages.map((tag) => (
              <option key={tag} value={tag} label={new Intl.DisplayNames(undefined, { type: 'language' }).of(tag)} />
            ))}
          </datalist>
        </label>
        <label className="field">
          <span>WebVTT or SRT file</span>
          <input className="input" name="file" type="file" accept=".vtt,.srt,text/vtt,application/x-subrip" required onChange={(event) => setFile(event.currentTarget.files?.[0])} />
        </label>
        <button type="submit" className="button button-small" disabled={!file || put.isPending}>
          {put.isPending ? 'Adding…' : 'Add'}
        </button>
      </form>
      {error && <p className="error-text" role="alert">{messageOf(error)}</p>}
    </>
  )
}

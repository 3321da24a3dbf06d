/** An upload that an earlier visit left unfinished: asks for the same file, or opens it again where the browser can. */
import type { Video } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { api, messageOf } from '../data/api.ts'
import { useDeleteVideo } from '../data/video-queries.ts'
import { ConfirmDialog } from '../ui/dialog.tsx'
import { ProgressBar } from '../ui/progress.tsx'
import { bytesText, dateText, percentText } from '../ui/texts.ts'
import { findHandle, forgetHandle, openHandle } from './file-handles.ts'
import './upload-card.css'
import type { PickedFile } from './upload-list.ts'

export function UnfinishedCard({ video, onFile }: { video: Video; onFile: (picked: PickedFile) => void }) {
  const input = useRef<HTMLInputElement>(null)
  const [complaint, setComplaint] = useState('')
  const [isRemoving, setRemoving] = useState(false)
  const remove = useDeleteVideo()
  const { data: upload } = useQuery({
    queryKey: ['upload', video.uploadId],
    queryFn: ({ signal }) => api.uploads.get(video.uploadId!, { signal }),
    enabled: video.uploadId !== undefined,
  })
  const { data: handle } = useQuery({ queryKey: ['handle', video.id], queryFn: async () => (await findHandle(video.id)) ?? null })
  const fileName = upload?.fileName ?? video.fileName ?? video.title
  const sizeBytes = upload?.sizeBytes ?? video.sizeBytes ?? 0
  const sentBytes = upload?.parts.reduce((sum, part) => sum + part.sizeBytes, 0) ?? 0

  function take(picked: PickedFile): void {
    const { file } = picked
    if (file.name !== fileName || file.size !== sizeBytes) {
      return setComplaint(`That is another file (${file.name}, ${bytesText(file.size)}). This upload is of ${fileName}, ${bytesText(sizeBytes)}.`)
    }
    setComplaint('')
    onFile(picked)
  }
  async function reopen(): Promise<void> {
    const file = handle && (await openHandle(handle))
    if (file) take({ file, handle })
    else input.current!.click()
  }

  return (
    <article className="upload-card" data-phase="unfinished" data-video={video.id} aria-label={fileName}>
      <header className="upload-card-head">
        <div>
          <h2>{video.title}</h2>
          <p className="soft">
            {fileName} · {bytesText(sizeBytes)} · begun {dateText(video.createdAt)}
          </p>
        </div>
        <div className="upload-card-actions">
          <button type="button" className="button button-small button-strong" onClick={() => void reopen()}>
            {handle ? 'Continue' : 'Choose the file again'}
          </button>
          <button type="button" className="button button-small" onClick={() => setRemoving(true)}>
            Remove
          </button>
          <input
            ref={input}
            hidden
            type="file"
            aria-label={`Choose ${fileName} again`}
            onChange={(event) => {
              const file = event.currentTarget.files?.[0]
              event.currentTarget.value = ''
              if (file) take({ file })
            }}
          />
        </div>
      </header>
      <div className="upload-card-progress">
        <ProgressBar label="Sent" isCalm fraction={sizeBytes > 0 ? sentBytes / sizeBytes : 0} />
        <p className="upload-card-facts">
          {percentText(sizeBytes > 0 ? sentBytes / sizeBytes : 0)} is on the server; the rest follows when you choose the same file in the browser that began it.
        </p>
      </div>
      {complaint && <p className="banner banner-warn" role="alert">{complaint}</p>}
      {isRemoving && (
        <ConfirmDialog
          title="Remove this upload?"
          text="What was sent so far is removed from the server."
          action={remove.isPending ? 'Removing…' : 'Remove'}
          isBusy={remove.isPending}
          error={remove.isError ? messageOf(remove.error) : undefined}
          onClose={() => setRemoving(false)}
          onConfirm={() => remove.mutate(video.id, { onSuccess: () => void forgetHandle(video.id) })}
        />
      )}
    </article>
  )
}

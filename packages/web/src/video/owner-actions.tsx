/** Edit and delete, for the owner, each in its dialog. */
import type { Video } from '@sluice/contract'
import { useState } from 'react'
import { messageOf } from '../data/api.ts'
import { useDeleteVideo } from '../data/video-queries.ts'
import { ConfirmDialog, Dialog } from '../ui/dialog.tsx'
import { PencilIcon, TrashIcon } from '../ui/icons.tsx'
import { ExtrasForm } from './extras-form.tsx'
import { VideoForm } from './video-form.tsx'

/** `onDeleted` runs after the video is gone. */
export function OwnerActions({ video, onDeleted }: { video: Video; onDeleted?: () => void }) {
  const [open, setOpen] = useState<'edit' | 'delete'>()
  const remove = useDeleteVideo()
  const close = () => setOpen(undefined)
  return (
    <>
      <button type="button" className="button button-small" onClick={() => setOpen('edit')} aria-label={`Edit ${video.title}`}>
        <PencilIcon size={17} /> Edit
      </button>
      <button type="button" className="button button-small" onClick={() => setOpen('delete')} aria-label={`Delete ${video.title}`}>
        <TrashIcon size={17} /> Delete
      </button>
      {open === 'edit' && (
        <Dialog title="Edit video" onClose={close}>
          <VideoForm videoId={video.id} saved={video} onSaved={close} onCancel={close} />
          <ExtrasForm video={video} />
        </Dialog>
      )}
      {open === 'delete' && (
        <ConfirmDialog
          title="Delete this video?"
          text={`“${video.title}” and everything made from it will be removed for good, for everybody.`}
          action={remove.isPending ? 'Deleting…' : 'Delete for good'}
          isBusy={remove.isPending}
          error={remove.isError ? messageOf(remove.error) : undefined}
          onClose={close}
          onConfirm={() => remove.mutate(video.id, { onSuccess: onDeleted })}
        />
      )}
    </>
  )
}

/** Downloads, for who may: the complete qualities as files. */
import type { Video } from '@sluice/contract'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { api, messageOf } from '../data/api.ts'
import { isPlayable } from '../data/video-queries.ts'
import { Dialog } from '../ui/dialog.tsx'
import { DownloadIcon } from '../ui/icons.tsx'
import './download-button.css'

export function DownloadButton({ video, isOwner, isAdmin }: { video: Video; isOwner: boolean; isAdmin: boolean }) {
  const [isOpen, setOpen] = useState(false)
  if (!isPlayable(video) || !(isOwner || isAdmin || video.downloadable)) return null
  return (
    <>
      <button type="button" className="button button-small" onClick={() => setOpen(true)}>
        <DownloadIcon size={17} /> Download
      </button>
      {isOpen && <DownloadDialog video={video} onClose={() => setOpen(false)} />}
    </>
  )
}

/** The addresses are signed when it opens: they are good for hours. */
function DownloadDialog({ video, onClose }: { video: Video; onClose: () => void }) {
  const offered = useQuery({ queryKey: ['downloads', video.id], queryFn: ({ signal }) => api.videos.downloads(video.id, { signal }), gcTime: 0 })
  const items = offered.data?.items ?? []
  return (
    <Dialog title="Download" onClose={onClose}>
      {offered.isPending && <p className="soft">One moment…</p>}
      {offered.isError && <p className="error-text" role="alert">{messageOf(offered.error)}</p>}
      {offered.isSuccess && items.length === 0 && <p className="soft">No quality is complete yet. Come back when the video is ready.</p>}
      <ul className="downloads">
        {items.map(({ renditionId, kind, width, height, url }) => (
          <li key={renditionId}>
            <a className="button" href={url} download>
              {kind === 'audio' ? 'Sound alone' : `${width} × ${height}`}
              <span>{kind === 'audio' ? 'M4A' : 'MP4'}</span>
            </a>
          </li>
        ))}
      </ul>
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          Close
        </button>
      </div>
    </Dialog>
  )
}

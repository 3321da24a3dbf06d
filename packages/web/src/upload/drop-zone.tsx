/** A place to drop files on, or to press and pick them. */
import { useRef, useState, type DragEvent } from 'react'
import { UploadIcon } from '../ui/icons.tsx'
import './drop-zone.css'
import type { FileHandle } from './file-handles.ts'
import type { PickedFile } from './upload-list.ts'

export function DropZone({ onFiles, isCompact }: { onFiles: (files: PickedFile[]) => void; isCompact: boolean }) {
  const [isOver, setOver] = useState(false)
  const input = useRef<HTMLInputElement>(null)

  async function drop(event: DragEvent): Promise<void> {
    event.preventDefault()
    setOver(false)
    onFiles(await filesOf(event.dataTransfer))
  }

  return (
    <div
      className="drop"
      data-over={isOver}
      data-compact={isCompact}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={(event) => !event.currentTarget.contains(event.relatedTarget as Node | null) && setOver(false)}
      onDrop={(event) => void drop(event)}
    >
      <span className="drop-mark">
        <UploadIcon size={isCompact ? 24 : 34} />
      </span>
      <div>
        <p className="drop-title">Drop video files here</p>
        {!isCompact && <p className="soft">Any size, any camera. Uploads survive a lost connection and a closed tab.</p>}
      </div>
      <button type="button" className="button button-strong" onClick={() => input.current!.click()}>
        Choose files
      </button>
      <input
        ref={input}
        hidden
        type="file"
        multiple
        accept="video/*,audio/*,.mkv,.ts,.mts,.m2ts,.avi,.mov,.webm,.flv,.ogv,.vob,.dv"
        aria-label="Choose video files"
        onChange={(event) => {
          onFiles([...(event.currentTarget.files ?? [])].map((file) => ({ file })))
          event.currentTarget.value = ''
        }}
      />
    </div>
  )
}

/** Handles first: they must be asked for before the event is over. Folders are left out. */
async function filesOf(transfer: DataTransfer): Promise<PickedFile[]> {
  const items = [...transfer.items].filter((item) => item.kind === 'file' && item.webkitGetAsEntry?.()?.isDirectory !== true)
  const pending = items.map((item) => {
    const ask = (item as DataTransferItem & { getAsFileSystemHandle?: () => Promise<FileHandle | null> }).getAsFileSystemHandle
    return { file: item.getAsFile(), handle: ask?.call(item).catch(() => null) }
  })
  const picked = await Promise.all(pending.map(async ({ file, handle }) => ({ file, handle: (await handle) ?? undefined })))
  return picked.flatMap(({ file, handle }) => (file ? [{ file, handle }] : []))
}

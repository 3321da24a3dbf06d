/** Uploading: a place for files, those on their way, those that an earlier visit left unfinished. */
import type { Visibility } from '@sluice/contract'
import { useState } from 'react'
import { useVideos } from '../data/video-queries.ts'
import { SignInNeeded } from '../session/sign-in-needed.tsx'
import { useSession } from '../session/use-session.ts'
import { DropZone } from '../upload/drop-zone.tsx'
import { UnfinishedCard } from '../upload/unfinished-card.tsx'
import { UploadCard } from '../upload/upload-card.tsx'
import { addFiles, continueVideo } from '../upload/upload-list.ts'
import { useLeaveWarning, useUploads } from '../upload/use-uploads.ts'
import { VisibilitySelect } from '../video/video-form.tsx'
import './upload-page.css'

export function UploadPage() {
  const { account } = useSession()
  const uploads = useUploads().filter((entry) => entry.account === account?.id)
  const mine = useVideos({ channel: 'me', isWanted: Boolean(account) })
  const [visibility, setVisibility] = useState<Visibility>('public')
  useLeaveWarning()

  if (account === null) {
    return <SignInNeeded title="Sign in to upload" text="Your videos belong to your account. It takes a handle and a password, nothing else." />
  }
  if (!account) return <main className="page" aria-busy="true" />

  const active = new Set(uploads.flatMap(({ upload, earlier }) => [upload.snapshot().videoId, earlier?.id]))
  const unfinished = (mine.data?.pages.flatMap((page) => page.items) ?? []).filter(({ id, state }) => state === 'awaiting-upload' && !active.has(id))

  return (
    <main className="page page-narrow">
      <title>Upload · Sluice</title>
      <div className="page-head">
        <h1>Upload</h1>
        <label className="upload-visibility">
          <span className="visually-hidden">Who may watch new uploads</span>
          <VisibilitySelect value={visibility} onChange={setVisibility} />
        </label>
      </div>
      <DropZone onFiles={(files) => addFiles(files, { visibility, account: account.id })} isCompact={uploads.length > 0} />
      {uploads.length > 0 && (
        <section className="upload-list" aria-label="Uploads">
          {uploads.map((entry) => (
            <UploadCard key={entry.key} entry={entry} />
          ))}
        </section>
      )}
      {unfinished.length > 0 && (
        <section aria-labelledby="unfinished">
          <h2 id="unfinished" className="upload-heading">
            Left unfinished
          </h2>
          <div className="upload-list">
            {unfinished.map((video) => (
              <UnfinishedCard key={video.id} video={video} onFile={(picked) => continueVideo(picked, video, account.id)} />
            ))}
          </div>
        </section>
      )}
    </main>
  )
}

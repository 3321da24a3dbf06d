/** The list of uploads and the state of one, for components. */
import type { UploadSnapshot } from '@sluice/sdk'
import { useEffect, useSyncExternalStore } from 'react'
import { isBusy, uploadList, type UploadEntry } from './upload-list.ts'

export const useUploads = (): readonly UploadEntry[] => useSyncExternalStore(uploadList.subscribe, uploadList.read)

export const useUpload = ({ upload }: UploadEntry): UploadSnapshot => useSyncExternalStore(upload.subscribe, upload.snapshot)

/** The browser asks before a tab is closed that is still sending. */
export function useLeaveWarning(): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => isBusy() && event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [])
}

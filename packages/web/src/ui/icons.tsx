/** The site's pictures: 24 × 24 outlines in the colour of the text. */
import type { ReactNode } from 'react'

const draw = (children: ReactNode) => ({ size = 20 }: { size?: number }) => (
  <svg viewBox="0 0 24 24" width={size} height={size} fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" focusable="false">
    {children}
  </svg>
)

export const UploadIcon = draw(<path d="M12 15.5V4.5m0 0L7.5 9M12 4.5 16.5 9M4.5 15v2.5a2 2 0 0 0 2 2h11a2 2 0 0 0 2-2V15" />)
export const DownloadIcon = draw(<path d="M12 4.5v11m0 0L7.5 11M12 15.5 16.5 11M4.5 15v2.5a2 2 0 0 0 2 2h11a2 2 0 0 0 2-2V15" />)
export const LockIcon = draw(<path d="M6.5 10.5h11a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1h-11a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1zM8.5 10.5V8a3.5 3.5 0 1 1 7 0v2.5" />)
export const LinkIcon = draw(<path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1" />)
export const GlobeIcon = draw(<path d="M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16zM4.5 12h15M12 4c2.2 2.2 3.2 4.9 3.2 8s-1 5.8-3.2 8c-2.2-2.2-3.2-4.9-3.2-8s1-5.8 3.2-8z" />)
export const PencilIcon = draw(<path d="M14.5 6.5l3 3M5 19l1-4L16 5a1.4 1.4 0 0 1 2 0l1 1a1.4 1.4 0 0 1 0 2L9 18l-4 1z" />)
export const TrashIcon = draw(<path d="M5 7h14M10 7V5.5a1 1 0 0 1 1-1h2a1 1 0 0 1 1 1V7m3 0-.7 11a1.5 1.5 0 0 1-1.5 1.5H9.2A1.5 1.5 0 0 1 7.7 18L7 7m3.5 4v5m3-5v5" />)
export const PauseIcon = draw(<path d="M9 6v12M15 6v12" />)
export const PlayIcon = draw(<path d="M8 5.5v13l10.5-6.5z" />)
export const CloseIcon = draw(<path d="m6.5 6.5 11 11m0-11-11 11" />)
export const WarnIcon = draw(<path d="M12 9v4m0 3.2v.1M10.7 5 3.8 17a1.5 1.5 0 0 0 1.3 2.2h13.8a1.5 1.5 0 0 0 1.3-2.2L13.3 5a1.5 1.5 0 0 0-2.6 0z" />)
export const FilmIcon = draw(<path d="M5.5 5h13A1.5 1.5 0 0 1 20 6.5v11a1.5 1.5 0 0 1-1.5 1.5h-13A1.5 1.5 0 0 1 4 17.5v-11A1.5 1.5 0 0 1 5.5 5zM8 5v14M16 5v14M4 9.7h4m-4 4.6h4m8-4.6h4m-4 4.6h4" />)
export const UserIcon = draw(<path d="M12 12a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM5.5 19.5a6.5 6.5 0 0 1 13 0" />)

/** The player's pictures: 24 × 24 paths in the colour of the text. */
import type { ReactNode } from 'react'

const draw = (children: ReactNode) => () => (
  <svg viewBox="0 0 24 24" width="24" height="24" fill="currentColor" aria-hidden="true" focusable="false">
    {children}
  </svg>
)

const stroke = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.9, strokeLinecap: 'round', strokeLinejoin: 'round' } as const

export const PlayIcon = draw(<path d="M7.5 4.9v14.2c0 .8.9 1.3 1.6.9l11.2-7.1c.6-.4.6-1.4 0-1.8L9.1 4c-.7-.4-1.6.1-1.6.9z" />)
export const PauseIcon = draw(<path d="M7 4.5h3a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1H7a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1zm7 0h3a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-3a1 1 0 0 1-1-1v-13a1 1 0 0 1 1-1z" />)
export const ReplayIcon = draw(<path {...stroke} d="M5 12a7 7 0 1 0 2.3-5.2M5 4v4h4" />)
export const LoudIcon = draw(<><path d="M4 9.5v5a1 1 0 0 0 1 1h2.6l4 3.4c.6.5 1.4.1 1.4-.7V5.8c0-.8-.8-1.2-1.4-.7l-4 3.4H5a1 1 0 0 0-1 1z" /><path {...stroke} d="M16 9a4.2 4.2 0 0 1 0 6M18.4 6.4a8 8 0 0 1 0 11.2" /></>)
export const SoftIcon = draw(<><path d="M4 9.5v5a1 1 0 0 0 1 1h2.6l4 3.4c.6.5 1.4.1 1.4-.7V5.8c0-.8-.8-1.2-1.4-.7l-4 3.4H5a1 1 0 0 0-1 1z" /><path {...stroke} d="M16 9a4.2 4.2 0 0 1 0 6" /></>)
export const MutedIcon = draw(<><path d="M4 9.5v5a1 1 0 0 0 1 1h2.6l4 3.4c.6.5 1.4.1 1.4-.7V5.8c0-.8-.8-1.2-1.4-.7l-4 3.4H5a1 1 0 0 0-1 1z" /><path {...stroke} d="m16.5 9.5 5 5m0-5-5 5" /></>)
export const CaptionsIcon = draw(<><rect {...stroke} x="3" y="5.5" width="18" height="13" rx="2.5" /><path {...stroke} d="M10.5 10.6a2 2 0 1 0 0 2.8M17 10.6a2 2 0 1 0 0 2.8" /></>)
export const GearIcon = draw(<path {...stroke} d="M4 7h9m5 0h2M4 17h3m5 0h8M13 7a2.5 2.5 0 1 0 5 0 2.5 2.5 0 0 0-5 0zM7 17a2.5 2.5 0 1 0 5 0 2.5 2.5 0 0 0-5 0z" />)
export const PictureIcon = draw(<><rect {...stroke} x="3" y="5" width="18" height="14" rx="2.5" /><rect x="12" y="12" width="6.5" height="4.5" rx="1" /></>)
export const ExpandIcon = draw(<path {...stroke} d="M4.5 9V6A1.5 1.5 0 0 1 6 4.5h3M15 4.5h3A1.5 1.5 0 0 1 19.5 6v3M19.5 15v3a1.5 1.5 0 0 1-1.5 1.5h-3M9 19.5H6A1.5 1.5 0 0 1 4.5 18v-3" />)
export const ShrinkIcon = draw(<path {...stroke} d="M9 4.5v3A1.5 1.5 0 0 1 7.5 9h-3M19.5 9h-3A1.5 1.5 0 0 1 15 7.5v-3M15 19.5v-3a1.5 1.5 0 0 1 1.5-1.5h3M4.5 15h3A1.5 1.5 0 0 1 9 16.5v3" />)
export const CheckIcon = draw(<path {...stroke} d="m5.5 12.5 4.3 4.3 8.7-9.3" />)
export const BackIcon = draw(<path {...stroke} d="m14.5 5.5-6.5 6.5 6.5 6.5" />)

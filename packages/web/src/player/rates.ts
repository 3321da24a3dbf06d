/** Playback speeds of the menu and of the < and > keys. */
export const rates = [0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] as const

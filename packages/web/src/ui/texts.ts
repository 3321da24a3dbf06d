/** Numbers as people read them. Pure; `now` and `locale` are given where they matter. */

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
const steps = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['week', 604_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

/** “3 hours ago”; “just now” below a minute. Times in milliseconds since the epoch. */
export function ageText(at: number, now: number = Date.now()): string {
  const seconds = (now - at) / 1000
  for (const [unit, length] of steps) if (seconds >= length) return relative.format(-Math.floor(seconds / length), unit)
  return 'just now'
}

export const dateText = (at: number): string => new Intl.DateTimeFormat(undefined, { dateStyle: 'long' }).format(at)

/** “4.2 GB”, decimal as file managers show it. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** step
  return `${value.toFixed(step === 0 || value >= 99.95 ? 0 : 1)} ${units[step]}`
}

/** “about 3 min”: what is left, rounded so that it does not twitch. */
export function remainingText(seconds: number): string {
  if (seconds < 8) return 'a few seconds'
  if (seconds < 55) return `${Math.ceil(seconds / 5) * 5} s`
  if (seconds < 3600) return `${Math.ceil(seconds / 60)} min`
  return `${Math.floor(seconds / 3600)} h ${Math.ceil((seconds % 3600) / 60)} min`
}

export const percentText = (fraction: number): string => `${Math.floor(Math.min(1, Math.max(0, fraction)) * 100)} %`

/** A title out of a file name: “beach_day-2.mp4” → “beach day-2”. */
export function titleOfFile(fileName: string): string {
  const bare = fileName.replace(/\.[a-z0-9]{2,5}$/i, '').replace(/[_\s]+/g, ' ').trim()
  return (bare || fileName).slice(0, 200)
}

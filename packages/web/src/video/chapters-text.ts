/** Chapters as people write them below videos: `4:30 The first act`. */
import type { Chapter } from '@sluice/contract'
import { clockText } from '../player/clock-text.ts'

export const chaptersText = (chapters: readonly Chapter[]): string => chapters.map(({ startSeconds, title }) => `${clockText(startSeconds)} ${title}`).join('\n')

/** The chapters, or the first line that is none. Blank lines are passed over. */
export function parseChapters(text: string): Chapter[] | string {
  const chapters: Chapter[] = []
  for (const line of text.split('\n').map((each) => each.trim()).filter(Boolean)) {
    const [, hours = '0', minutes, seconds, title] = /^(?:(\d{1,2}):)?(\d{1,3}):([0-5]\d(?:\.\d+)?)[\s–—-]+(\S.*)$/.exec(line) ?? []
    if (title === undefined) return line
    chapters.push({ startSeconds: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds), title: title.slice(0, 120) })
  }
  return chapters
}

/** Chapters as the owner gives them, made orderly. Pure. */
import type { Chapter } from '../domain/extras.ts'
import { ProblemError } from '../http/problem.ts'

/** By start, titles trimmed. Problem: `bad_request` for two at one time, or one after the end. */
export function orderlyChapters(given: Chapter[], durationSeconds: number | undefined): Chapter[] {
  const chapters = given
    .map(({ startSeconds, title }) => ({ startSeconds: Math.round(startSeconds * 1000) / 1000, title: title.trim().replace(/[\u0000-\u001f\u007f]+/g, ' ') }))
    .toSorted((a, b) => a.startSeconds - b.startSeconds)
  for (const [index, { startSeconds, title }] of chapters.entries()) {
    const wrong = (why: string) => new ProblemError('bad_request', { detail: `body/chapters: ${why}` })
    if (title === '') throw wrong('a chapter without a title')
    if (chapters[index - 1]?.startSeconds === startSeconds) throw wrong(`two chapters start at ${startSeconds} s`)
    if (durationSeconds !== undefined && startSeconds >= durationSeconds) throw wrong(`a chapter starts at ${startSeconds} s, after the end`)
  }
  return chapters
}

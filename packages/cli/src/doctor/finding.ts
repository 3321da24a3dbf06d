/** What a check found. */

/** `ok` · `missing`: Sluice can't do its work without it · `advice`: it can, but something is worse or absent. */
export type Finding = {
  result: 'ok' | 'missing' | 'advice'
  /** What was looked at, with what was found. */
  about: string
  /** What to type or do. */
  remedy?: string
}

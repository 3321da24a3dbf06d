/** What is to be run: the typecheck and the test files, in the order that keeps all lanes busy, each with its time limit. */
import { globSync } from 'node:fs'

export type Job = {
  /** `typecheck`, or the file's path from the repository's root. */
  name: string
  limitSeconds: number
  /** Runs while nothing else does: it measures time, or needs the whole machine. */
  alone: boolean
}

/** First match wins. Long ones come first, so that the end isn't one long file beside an idle lane. */
const kinds: { pattern: RegExp; limitSeconds: number; rank: number; alone?: boolean }[] = [
  { pattern: /^typecheck$/, limitSeconds: 300, rank: 0 },
  { pattern: /\/test\/e2e\/large-/, limitSeconds: 1200, rank: 9, alone: true },
  { pattern: /\/test\/e2e\//, limitSeconds: 900, rank: 8, alone: true },
  { pattern: /\/test\/media\//, limitSeconds: 900, rank: 1 },
  { pattern: /\/test\/encode\//, limitSeconds: 900, rank: 2 },
  { pattern: /\/test\/rules\//, limitSeconds: 180, rank: 3 },
  { pattern: /./, limitSeconds: 240, rank: 4 },
]

/** All jobs, or those whose name starts with, or contains, one of the filters. Pure but for reading the folders below packages/. */
export function findJobs(filters: string[]): Job[] {
  const names = ['typecheck', ...globSync('packages/*/test/**/*.test.ts', { exclude: ['**/node_modules/**'] }).sort()]
  const wanted = filters.map((filter) => filter.replace(/^\.\//, ''))
  return names
    .filter((name) => wanted.length === 0 || wanted.some((filter) => name.includes(filter)))
    .map((name) => ({ name, kind: kinds.find(({ pattern }) => pattern.test(name))! }))
    .sort((a, b) => a.kind.rank - b.kind.rank)
    .map(({ name, kind }) => ({ name, limitSeconds: kind.limitSeconds, alone: kind.alone ?? false }))
}

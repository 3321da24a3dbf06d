/** What is to be run: the typecheck and the test files, in the order that keeps all lanes busy, each with its time limit. */
import { globSync } from 'node:fs'

export type Job = {
  /** `typecheck`, or the file's path from the repository's root. */
  name: string
  limitSeconds: number
  /** Runs while nothing else does: it measures time, or needs the whole machine. */
  alone: boolean
  /** What it prints is shown as it comes. */
  isTold: boolean
}

/** First match wins. Long ones come first, so that the end isn't one long file beside an idle lane. */
const kinds: { pattern: RegExp; limitSeconds: number; rank: number; alone?: boolean; isTold?: boolean }[] = [
  { pattern: /^typecheck$/, limitSeconds: 300, rank: 0 },
  { pattern: /\/test\/chaos\//, limitSeconds: 5400, rank: 8, alone: true, isTold: true },
  { pattern: /\/test\/e2e\/large-/, limitSeconds: 1200, rank: 9, alone: true },
  { pattern: /\/test\/e2e\//, limitSeconds: 900, rank: 8, alone: true },
  { pattern: /\/test\/engines\/e2e\//, limitSeconds: 1200, rank: 7, alone: true },
  { pattern: /\/test\/engines\//, limitSeconds: 900, rank: 5 },
  { pattern: /\/test\/media\//, limitSeconds: 900, rank: 1 },
  { pattern: /\/test\/encode\//, limitSeconds: 900, rank: 2 },
  { pattern: /\/test\/rules\//, limitSeconds: 180, rank: 3 },
  { pattern: /./, limitSeconds: 480, rank: 4 },
]

/** `npm test` runs everything but what needs engines (S3, Cassandra, …) started; `npm run test:engines` and `test:chaos` run that. */
export type Suite = 'main' | 'engines' | 'chaos'

/** All jobs of a suite, or those whose name contains one of the filters. Pure but for reading the folders below packages/. */
export function findJobs(filters: string[], suite: Suite = 'main'): Job[] {
  const files = globSync('packages/*/test/**/*.test.ts', { exclude: ['**/node_modules/**'] }).sort()
  const suiteOf = (name: string): Suite => (/^packages\/[^/]+\/test\/(engines|chaos)\//.exec(name)?.[1] as Suite | undefined) ?? 'main'
  const names = [...(suite === 'main' ? ['typecheck'] : []), ...files.filter((name) => suiteOf(name) === suite)]
  const wanted = filters.map((filter) => filter.replace(/^\.\//, ''))
  return names
    .filter((name) => wanted.length === 0 || wanted.some((filter) => name.includes(filter)))
    .map((name) => ({ name, kind: kinds.find(({ pattern }) => pattern.test(name))! }))
    .sort((a, b) => a.kind.rank - b.kind.rank)
    .map(({ name, kind }) => ({ name, limitSeconds: kind.limitSeconds, alone: kind.alone ?? false, isTold: kind.isTold ?? false }))
}

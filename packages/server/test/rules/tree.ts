/** The repository's own files, as the rules see them. */
import { readFileSync, readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

export const repositoryRoot = resolve(import.meta.dirname, '../../../..')

/** A file with its path from the root, `/` between the parts. */
export type SourceFile = { path: string; text: string }

/** What a rule found: where, and what is wrong with it. */
export type Violation = { path: string; message: string }

/** Not ours, or made: as in .gitignore. */
const skipped = new Set(['.git', '.cache', 'node_modules', 'dist'])
const skippedAtTop = new Set(['data'])

/** Paths of all files below the root whose name ends with one of the extensions (all files when none is given). */
export function listFiles(root: string, extensions: string[] = [], under = ''): string[] {
  return readdirSync(join(root, under), { withFileTypes: true }).flatMap((entry) => {
    const path = under ? `${under}/${entry.name}` : entry.name
    if (entry.isDirectory()) return skipped.has(entry.name) || skippedAtTop.has(path) ? [] : listFiles(root, extensions, path)
    if (!entry.isFile()) return []
    return extensions.length === 0 || extensions.some((extension) => entry.name.endsWith(extension)) ? [path] : []
  })
}

/** The files with their texts. */
export function readTree(root: string, extensions: string[]): SourceFile[] {
  return listFiles(root, extensions).map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }))
}

/** For an assertion's message: one violation a line. */
export const describeViolations = (violations: Violation[]): string =>
  violations.map(({ path, message }) => `${path}: ${message}`).join('\n')

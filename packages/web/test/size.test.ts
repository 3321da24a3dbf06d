/** No page fetches more than 150 KB of gzipped script before the player loads, and Shaka comes only with the player. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'

type Chunk = { file: string; isEntry?: boolean; imports?: string[]; dynamicImports?: string[] }

const limitBytes = 150 * 1024
const dist = new URL('../dist/', import.meta.url)
const manifestPath = new URL('.vite/manifest.json', dist)
const skip = existsSync(manifestPath) ? false : 'the site is not built'
const chunks: Record<string, Chunk> = skip ? {} : JSON.parse(readFileSync(manifestPath, 'utf8'))

/** A chunk and everything that it imports at once. */
function withImports(name: string, seen = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen
  seen.add(name)
  for (const next of chunks[name]?.imports ?? []) withImports(next, seen)
  return seen
}
const gzippedBytes = (names: Iterable<string>): number =>
  [...names].reduce((sum, name) => sum + gzipSync(readFileSync(new URL(chunks[name]!.file, dist)), { level: 9 }).length, 0)

const entry = Object.keys(chunks).find((name) => chunks[name]!.isEntry)
const pages = (entry ? (chunks[entry]!.dynamicImports ?? []) : []).filter((name) => name.includes('/pages/'))

test('every page stays below 150 KB of gzipped script', { skip }, (t) => {
  assert.ok(pages.length >= 4, 'the pages are separate files')
  for (const page of [entry!, ...pages]) {
    const bytes = gzippedBytes(new Set([...withImports(entry!), ...withImports(page)]))
    t.diagnostic(`${page}: ${(bytes / 1024).toFixed(1)} KB`)
    assert.ok(bytes <= limitBytes, `${page} needs ${bytes} bytes`)
  }
})

test('Shaka is in a file of its own that no page imports at once', { skip }, () => {
  const engine = Object.keys(chunks).find((name) => name.endsWith('shaka-engine.ts'))
  assert.ok(engine, 'the engine is a dynamic import')
  for (const page of [entry!, ...pages]) assert.ok(!withImports(page).has(engine), `${page} imports the engine`)
})

test('the page has no inline script or style: the content security policy forbids it', { skip }, () => {
  const html = readFileSync(new URL('index.html', dist), 'utf8')
  assert.doesNotMatch(html, /<style|<script(?![^>]*\bsrc=)|\sstyle=|\son\w+=/)
})

/** Git ignores no file of ours: an ignore pattern that is too wide leaves sources out of every clone, and nothing here notices. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { listFiles, repositoryRoot } from './tree.ts'

/** Those of the paths that git would leave out. Exit code 1 of check-ignore means none. */
function ignoredAmong(paths: string[]): string[] {
  const { stdout, status, stderr } = spawnSync('git', ['check-ignore', '--no-index', '--stdin'], { cwd: repositoryRoot, input: paths.join('\n'), encoding: 'utf8' })
  assert.ok(status === 0 || status === 1, stderr)
  return stdout.split('\n').filter(Boolean)
}

const skip = !existsSync(join(repositoryRoot, '.git')) && 'this is no git checkout'

test('no source file is ignored', { skip }, () => {
  const sources = listFiles(repositoryRoot).filter((path) => /^(packages|scripts|bench|deploy|docs)\//.test(path))
  assert.deepEqual(ignoredAmong(sources), [])
})

test('an ignored file is found', { skip }, () => {
  assert.deepEqual(ignoredAmong(['packages/web/dist/index.html', 'README.md']), ['packages/web/dist/index.html'])
})

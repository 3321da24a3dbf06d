/** Every setting is documented, and every SLUICE_ name that the repository mentions is a setting. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { settingsDocument } from '../../../../scripts/docs/settings-document.ts'
import { settings } from '../../src/config/settings.ts'
import { clientEnvironmentReader } from './file-rules.ts'
import { describeViolations, readTree, repositoryRoot, type SourceFile } from './tree.ts'

/** Names of the client's own, with the file that reads them, are not the server's settings. */
const clientNames = (files: SourceFile[]): Set<string> =>
  new Set(files.filter(({ path }) => path === clientEnvironmentReader).flatMap(({ text }) => text.match(/\bSLUICE_[A-Z_]+\b/g) ?? []))

function unknownNames(files: SourceFile[], known: Set<string>) {
  return files.flatMap(({ path, text }) =>
    [...new Set(text.match(/\bSLUICE_[A-Z_]*[A-Z]\b/g) ?? [])].filter((name) => !known.has(name)).map((name) => ({ path, message: `${name} is no setting` })),
  )
}

test('docs/settings.md is what the settings say', () => {
  const written = readFileSync(join(repositoryRoot, 'docs/settings.md'), 'utf8')
  assert.equal(written, settingsDocument(), 'run: node scripts/docs/write-settings.ts')
})

test('every setting has a meaning, and a default that it accepts', () => {
  for (const [name, kind] of Object.entries(settings)) {
    assert.match(kind.meaning, /^\S.{10,}\.$/s, `${name}: its meaning is a sentence`)
    assert.doesNotThrow(() => kind.parse(kind.defaultText), `${name}: its default`)
  }
})

test('every SLUICE_ name in the repository is a setting', () => {
  const files = readTree(repositoryRoot, ['.ts', '.tsx', '.mjs', '.md', '.yaml', '.yml', '.conf', '.sh', '.env']).filter(({ path }) => !path.includes('/test/'))
  const known = new Set([...Object.keys(settings), 'SLUICE_CONFIG', ...clientNames(files)])
  const violations = unknownNames(files, known)
  assert.equal(violations.length, 0, `\n${describeViolations(violations)}`)
})

test('an unknown name is found', () => {
  const files = [{ path: 'README.md', text: 'Set SLUICE_COLOUR=red and SLUICE_DATA_DIR.' }]
  assert.deepEqual(unknownNames(files, new Set(Object.keys(settings))), [{ path: 'README.md', message: 'SLUICE_COLOUR is no setting' }])
})

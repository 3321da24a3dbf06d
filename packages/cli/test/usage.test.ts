/** Help, mistakes and exit codes. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { suggest } from '../src/suggest.ts'
import { withHome } from './run-cli.ts'

test('help lists every command; a command explains itself', () =>
  withHome(async ({ run }) => {
    for (const args of [[], ['help'], ['--help']]) {
      const { code, stdout } = await run(args)
      assert.equal(code, 0)
      for (const name of ['serve', 'upload', 'videos', 'signup', 'login', 'logout', 'admin', 'doctor']) assert.match(stdout, new RegExp(`^  ${name} `, 'm'))
    }
    const [byHelp, byOption] = [await run(['help', 'upload']), await run(['upload', '--help'])]
    assert.match(byHelp.stdout, /^Usage: sluice upload FILE…/)
    assert.equal(byHelp.stdout, byOption.stdout)
    assert.match((await run(['--version'])).stdout, /^sluice \d+\.\d+\.\d+ \(Node 2\d\./)
  }))

test('what is called wrongly ends with 2 and says why', () =>
  withHome(async ({ run, path }) => {
    await writeFile(join(path, 'film.mp4'), 'x')
    const wrong: [string[], RegExp][] = [
      [['uplod'], /Did you mean `upload`\?/],
      [['frobnicate'], /npx sluice help/],
      [['help', 'vidoes'], /Did you mean `videos`\?/],
      [['upload'], /Name a file/],
      [['upload', 'film.mp4', '--nonsense'], /Unknown option '--nonsense'/],
      [['upload', 'film.mp4', '--visibility', 'secret'], /--visibility is one of public, unlisted, private/],
      [['upload', 'a', 'b', '--title', 'x'], /--title is for one file/],
      [['upload', 'film.mp4', '--url', 'ftp://host'], /is not an http address/],
      [['videos', '--limit', '0'], /--limit is a whole number/],
      [['videos', '--json', '--watch'], /one of them/],
      [['login', '--handle', 'ada'], /--password or --password-stdin is missing/],
    ]
    for (const [args, says] of wrong) {
      const { code, stderr } = await run(args)
      assert.deepEqual([code, stderr.match(says)?.length], [2, 1], `${args.join(' ')}: ${stderr}`)
    }
  }))

test('files are looked at before anything is sent', () =>
  withHome(async ({ run, path }) => {
    await writeFile(join(path, 'empty.mp4'), '')
    const { code, stderr } = await run(['upload', 'absent.mp4', 'empty.mp4', '.'])
    assert.equal(code, 1)
    assert.equal(stderr, 'There is no file absent.mp4\nempty.mp4 is empty\n. is not a file\n')
  }))

test('a server that is not there is named, with what to do', () =>
  withHome(async ({ run }) => {
    const { code, stderr } = await run(['videos'], { environment: { SLUICE_URL: 'http://127.0.0.1:9' } })
    assert.equal(code, 1)
    assert.match(stderr, /http:\/\/127\.0\.0\.1:9 could not be reached/)
    assert.match(stderr, /npm start/)
    assert.doesNotMatch(stderr, /\n +at /)
  }))

test('settings that the server refuses stop it with a sentence, and the client’s own are not among them', () =>
  withHome(async ({ run }) => {
    const { code, stderr } = await run(['serve'], { environment: { SLUICE_URL: 'http://localhost:1', SLUICE_TOKEN: 't', SLUICE_HTTP_PROT: '1' } })
    assert.equal(code, 1)
    assert.equal(stderr, 'SLUICE_HTTP_PROT: there is no such setting\n')
  }))

test('the launcher starts the program, passes arguments and exit codes on', async () => {
  const launcher = resolve(import.meta.dirname, '../bin/sluice.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, [launcher, '--version'])
  assert.match(stdout, /^sluice /)
  await assert.rejects(promisify(execFile)(process.execPath, [launcher, 'uplod']), { code: 2 })
})

test('suggestions are near', () => {
  const words = ['serve', 'upload', 'videos']
  assert.equal(suggest('sevre', words), 'serve')
  assert.equal(suggest('video', words), 'videos')
  assert.equal(suggest('transmogrify', words), undefined)
})

/** The main job by the command line, on the real server: sign up, upload, wait until it plays, list, sign out. */
import assert from 'node:assert/strict'
import { stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { makeClip } from '../../server/test/fixtures/clips.ts'
import { startServer, type Server } from '../../server/test/e2e/start-server.ts'
import { withHome, type Home } from './run-cli.ts'

let server: Server
before(async () => (server = await startServer({ SLUICE_LOG_LEVEL: 'warn' })))
after(() => server?.dispose())

const password = 'correct horse battery'

/** A home whose SLUICE_URL is the server. */
const withServerHome = (use: (run: Home['run'], path: string) => Promise<void>) =>
  withHome(({ run, path }) => use((args, options = {}) => run(args, { ...options, environment: { SLUICE_URL: server.url, ...options.environment } }), path))

test('from nothing to a video that plays', () =>
  withServerHome(async (run, home) => {
    const clip = makeClip({ seconds: 5 })
    const stranger = await run(['upload', clip])
    assert.equal(stranger.code, 3)
    assert.match(stranger.stderr, /first account of a server is its administrator/)
    assert.match(stranger.stderr, /npx sluice signup --handle YOUR_NAME/)

    const joined = await run(['signup', '--handle', 'ada', '--password-stdin'], { input: `${password}\n` })
    assert.deepEqual([joined.code, joined.stdout], [0, `Welcome, ada, the administrator. You are signed in at ${server.url}.\n`])
    assert.equal((await stat(join(home, '.config/sluice/credentials.json'))).mode & 0o777, 0o600)

    const sent = await run(['upload', clip, '--title', 'A test \u001b[31mcard', '--visibility', 'private', '--until', 'ready'])
    assert.equal(sent.code, 0, `${sent.stderr}${sent.stdout}${server.output()}`)
    const address = /ready at (http\S+\/watch\/([0-9a-z]{16}))$/m.exec(sent.stdout)
    assert.ok(address?.[1]!.startsWith(server.url), sent.stdout)

    const listed = JSON.parse((await run(['videos', '--mine', '--json'])).stdout) as { id: string; state: string; title: string }[]
    assert.deepEqual(listed.map(({ id, state }) => [id, state]), [[address![2], 'ready']])
    const table = (await run(['videos', '--mine'])).stdout
    assert.match(table, /^STATE +DONE +LENGTH +SIZE +TITLE +ADDRESS\nready +100 % +0:05 +320×240 +A test/)
    assert.ok(!table.includes('\u001b'), 'a title writes to the terminal')
    assert.equal((await run(['videos'])).stdout, 'No videos.\n')

    assert.equal((await run(['logout'])).code, 0)
    assert.equal((await run(['videos', '--mine'])).code, 3)
    const wrong = await run(['login', '--handle', 'ada', '--password', 'not the password'])
    assert.deepEqual([wrong.code, wrong.stderr], [1, 'Handle or password is wrong\n'])
    assert.equal((await run(['login', '--handle', 'ada', '--password', password])).code, 0)
    assert.equal((await run(['videos', '--mine'])).code, 0)
  }))

test('one file fails with a reason, the others are uploaded all the same', () =>
  withServerHome(async (run, home) => {
    await run(['signup', '--handle', 'bob', '--password', password])
    const text = join(home, 'letter.mp4')
    await writeFile(text, 'Dear reader, this is no film.\n'.repeat(100))
    const { code, stdout, stderr } = await run(['upload', text, makeClip({ seconds: 5 })])
    assert.equal(code, 1)
    assert.match(stderr, /^letter\.mp4: This file is not a video/m)
    assert.equal(stdout.match(/(plays|ready) at http/g)?.length, 1)

    const listed = JSON.parse((await run(['videos', '--mine', '--json'])).stdout) as { id: string; state: string }[]
    const again = await run(['retry', listed.find(({ state }) => state === 'failed')!.id])
    assert.deepEqual([again.code, again.stderr], [0, ''])
    assert.match(again.stdout, /^letter: tried again, http/)
    const refused = await run(['retry', listed.find(({ state }) => state !== 'failed')!.id])
    assert.deepEqual([refused.code, refused.stderr], [1, 'Only a video that failed can be tried again\n'])
    assert.equal((await run(['retry'])).code, 2)
  }))

test('an upload that is interrupted goes on when the command is given again', () =>
  withServerHome(async (run, home) => {
    await run(['signup', '--handle', 'cyd', '--password', password])
    const film = join(home, 'film.mp4')
    // Thirty-two parts of 8 MiB: some seconds, to be interrupted after the first of them. What is in them does not matter here.
    await writeFile(film, '')
    await truncate(film, 256 * 2 ** 20)
    const first = await run(['upload', film, '--no-wait', '--concurrency', '1'], {
      started: (child) => child.stdout!.on('data', (data: Buffer) => /[1-9]\d? %/.test(data.toString()) && child.kill('SIGINT')),
    })
    assert.deepEqual([first.code, first.stderr], [130, 'Interrupted. The same command goes on from here.\n'])
    const second = await run(['upload', film, '--no-wait'])
    assert.equal(second.code, 0, second.stderr)
    assert.match(second.stdout, /film\.mp4: \d[\d.]* MB are there already, going on/)
    const listed = JSON.parse((await run(['videos', '--mine', '--json'])).stdout) as unknown[]
    assert.equal(listed.length, 1)
  }))

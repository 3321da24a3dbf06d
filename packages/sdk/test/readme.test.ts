/** The README's program, run as it stands on the real server; only the address and the file are put in. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { copyFile, readFile } from 'node:fs/promises'
import { stripTypeScriptTypes } from 'node:module'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { createClient } from '@sluice/sdk'
import { startServer } from '../../server/test/e2e/start-server.ts'
import { makeClip } from '../../server/test/fixtures/clips.ts'
import { scratchDirectory } from './scratch-file.ts'

const blocks = [...(await readFile(new URL('../README.md', import.meta.url), 'utf8')).matchAll(/```ts\n(.*?)```/gs)].map((match) => match[1]!)

test('the program for Node signs in, uploads, waits and plays', async () => {
  const scratch = await scratchDirectory()
  const server = await startServer({ SLUICE_LOG_LEVEL: 'warn' })
  try {
    await createClient({ baseUrl: server.url }).accounts.create({ handle: 'ada', password: 'correct horse battery' })
    const film = join(scratch.path, 'film.mp4')
    await copyFile(makeClip({ seconds: 5 }), film)
    const program = blocks[0]!.replace('https://video.example.org', server.url).replace("'film.mp4'", JSON.stringify(film)).replace("'uploads'", JSON.stringify(join(scratch.path, 'uploads')))
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module-typescript', '--eval', program], {
      cwd: import.meta.dirname,
      timeout: 300_000,
      killSignal: 'SIGKILL',
    })
    assert.match(stdout, /^done 100 /m)
    const hlsUrl = /^plays at (\S+)$/m.exec(stdout)?.[1]
    assert.ok(hlsUrl, stdout)
    assert.match(await (await fetch(hlsUrl)).text(), /^#EXTM3U/)
  } finally {
    await server.dispose()
    await scratch.remove()
  }
})

test('the program for browsers is one', () => {
  assert.equal(blocks.length, 2)
  stripTypeScriptTypes(blocks[1]!)
})

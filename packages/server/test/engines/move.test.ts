/** An embedded installation moves to S3 and Cassandra by one command; the same video plays there, byte for byte, and comes back. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { createClient } from '@sluice/sdk'
import { startCassandra } from '../../../../scripts/engines/cassandra.ts'
import { startS3 } from '../../../../scripts/engines/s3.ts'
import { withHome } from '../../../cli/test/run-cli.ts'
import { generateClip } from '../e2e/clips.ts'
import { startServer } from '../e2e/start-server.ts'

/** Everything that a player fetches of a video, by path without the token: the manifests' text and every segment's digest. */
async function played(url: string, videoId: string): Promise<Map<string, string>> {
  const { hlsUrl } = await createClient({ baseUrl: url }).videos.play(videoId)
  const found = new Map<string, string>()
  const visit = async (address: string): Promise<void> => {
    const path = new URL(address).pathname.replace(/^\/p\/[^/]+/, '')
    if (found.has(path)) return
    const answer = await fetch(address)
    assert.equal(answer.status, 200, `${path}: ${answer.status}`)
    const bytes = Buffer.from(await answer.arrayBuffer())
    found.set(path, createHash('sha256').update(bytes).digest('hex'))
    if (!path.endsWith('.m3u8')) return
    const text = bytes.toString()
    const links = [...text.split('\n').filter((line) => line !== '' && !line.startsWith('#')), ...[...text.matchAll(/URI="([^"]+)"/g)].map((match) => match[1]!)]
    for (const link of links) await visit(new URL(link.trim(), address).href)
  }
  await visit(new URL(hlsUrl, url).href)
  return found
}

test('embedded → S3 and Cassandra → embedded', { timeout: 900_000 }, (t) =>
  withHome(async ({ run, path }) => {
    const quick = { SLUICE_ENCODER_PRESET: 'ultrafast', SLUICE_OPUS: 'never' }
    const server = await startServer(quick)
    t.after(() => server.dispose())
    const environment = { SLUICE_URL: server.url }
    assert.equal((await run(['signup', '--handle', 'ada', '--password', 'correct horse battery'], { environment })).code, 0)
    const sent = await run(['upload', generateClip(join(path, 'clip.mp4'), { seconds: 6 }), '--until', 'ready'], { environment })
    assert.equal(sent.code, 0, sent.stderr)
    const id = /\/watch\/([0-9a-z]{16})$/m.exec(sent.stdout)![1]!
    const before = await played(server.url, id)
    assert.ok([...before.keys()].some((key) => key.endsWith('.m4s')))
    assert.equal(await server.stop(), 0)

    const [s3, cassandra] = await Promise.all([startS3({ directory: join(path, 's3') }), startCassandra({ directory: join(path, 'cassandra') })])
    t.after(() => Promise.all([s3.stop(), cassandra.stop()]))
    const settings = { ...s3.settings, ...cassandra.settings }
    await writeFile(join(path, 'distributed.env'), Object.entries(settings).map(([name, value]) => `${name}=${value}\n`).join(''))
    const moved = await run(['admin', 'move', '--to', 'distributed.env', '--json'], { environment: { SLUICE_DATA_DIR: join(server.dataDir, 'data') } })
    assert.equal(moved.code, 0, moved.stderr)
    const { objects, tables } = JSON.parse(moved.stdout)
    assert.ok(objects.copied === objects.count && objects.count > 3 && tables.video.count === 1, moved.stdout)

    const there = await startServer({ ...quick, ...settings })
    t.after(() => there.dispose())
    assert.deepEqual(await played(there.url, id), before)
    assert.equal((await run(['login', '--handle', 'ada', '--password', 'correct horse battery'], { environment: { SLUICE_URL: there.url } })).code, 0)
    await there.stop()

    const back = join(path, 'back')
    const restored = await run(['admin', 'move', '--from', 'distributed.env', '--json'], { environment: { SLUICE_DATA_DIR: back } })
    assert.equal(restored.code, 0, restored.stderr)
    assert.deepEqual(JSON.parse(restored.stdout).objects.count, objects.count)
    const again = await startServer({ ...quick, SLUICE_DATA_DIR: back })
    t.after(() => again.dispose())
    assert.deepEqual(await played(again.url, id), before)
    await again.stop()
  }),
)

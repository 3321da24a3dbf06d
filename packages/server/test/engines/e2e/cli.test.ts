/** The main job by the command line, on real engines: parts go straight to the S3 server, and every segment is what the manifests say. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { createClient } from '@sluice/sdk'
import { withHome } from '../../../../cli/test/run-cli.ts'
import { readSettings } from '../../../src/config/read.ts'
import { openS3Objects } from '../../../src/drivers/objects/s3/open.ts'
import { s3Options } from '../../../src/roles/open-objects.ts'
import { generateClip } from '../../e2e/clips.ts'
import { checkPlayed } from '../../fixtures/check-played.ts'
import { startInstallation, wholeInstallation, type Installation } from './start-installation.ts'

let installation: Installation
before(async () => (installation = await startInstallation(wholeInstallation, { SLUICE_ENCODER_PRESET: 'ultrafast' })))
after(() => installation?.dispose())

test('a clip of several parts is uploaded and becomes ready', { timeout: 600_000 }, () =>
  withHome(async ({ run, path }) => {
    const { url, front, settings, processes } = installation
    const environment = { SLUICE_URL: url }
    const clip = generateClip(`${path}/noise.mp4`, { seconds: 6, bitsPerSecond: 40_000_000 })
    const { size } = statSync(clip)
    assert.ok(size > 16 * 2 ** 20, `${size} bytes are not several parts`)
    assert.equal((await run(['signup', '--handle', 'ada', '--password', 'correct horse battery'], { environment })).code, 0)
    const sent = await run(['upload', clip, '--until', 'ready'], { environment })
    assert.equal(sent.code, 0, `${sent.stderr}${sent.stdout}${processes.map(({ roles, server }) => `${roles}: ${server.output()}`).join('\n')}`)
    const id = /\/watch\/([0-9a-z]{16})$/m.exec(sent.stdout)![1]!

    assert.equal(front.apiRequests().get('PUT') ?? 0, 0)
    assert.ok(front.apiBodyBytes() < 20_000, `${front.apiBodyBytes()} bytes went through the api`)
    const objects = openS3Objects(s3Options(readSettings(settings)))
    const { items } = await objects.list('raw', `v/${id}/`)
    assert.deepEqual(items.map(({ sizeBytes }) => sizeBytes), [size])
    await objects.close()

    const play = await createClient({ baseUrl: url }).videos.play(id)
    await checkPlayed(play)
    for (const { roles, server } of processes) if (roles !== 'encoder') assert.ok(front.requestsOf(server.url) > 0, `no request came to ${roles} ${server.url}`)
  }),
)

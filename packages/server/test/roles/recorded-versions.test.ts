/** What earlier versions stored is read by this one: their documents, their messages, and the manifests that they gave out. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { createClient } from '@sluice/sdk'
import { parseMessage } from '../../src/domain/messages.ts'
import { tables, type TableName } from '../../src/domain/tables.ts'
import { openSqliteDocuments } from '../../src/drivers/documents/sqlite/open.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'
import { checkDash } from '../fixtures/check-dash.ts'
import { parseMaster, parseMedia } from '../fixtures/parse-hls.ts'
import { readRecordings, type Recording } from '../fixtures/recorded/recording.ts'
import { startRolesForTest } from './start-roles.ts'

for (const recording of readRecordings()) {
  describe(`recorded with ${recording.commit}`, () => {
    test('every message is known', () => {
      const kinds = new Set(recording.messages.map((message) => (message as { kind: string }).kind))
      assert.ok(kinds.size > 5, [...kinds].join())
      for (const message of recording.messages) assert.deepEqual(parseMessage(message), message)
    })

    test('its account signs in and finds its video, as it was told of it and as it played', async (t) => {
      const scratch = await scratchDirectory()
      await restore(recording, `${scratch.path}/data/documents.sqlite`)
      const roles = await startRolesForTest({ SLUICE_DATA_DIR: `${scratch.path}/data`, SLUICE_ROLES: 'api,edge' })
      t.after(async () => {
        await roles.stop()
        await scratch.remove()
      })
      const { token } = await createClient({ baseUrl: roles.url }).sessions.create(recording.credentials)
      const client = createClient({ baseUrl: roles.url, token })
      const { video } = recording
      // By addition only: what was told before is told still.
      assert.partialDeepStrictEqual(await client.videos.get(video.id), video)
      for (const sort of ['latest', 'popular'] as const) assert.deepEqual((await client.videos.list({ sort })).items.map(({ id }) => id), [video.id], sort)
      assert.deepEqual((await client.captions.list(video.id)).items.map(({ language }) => language), ['en'])
      assert.equal((await client.videos.audience(video.id)).allTime.playbacks, 1)

      const { dashUrl } = await client.videos.play(video.id)
      const prefix = /^.*\/p\/[^/]+/.exec(dashUrl)![0].replace('localhost', '127.0.0.1')
      for (const [path, before] of Object.entries(recording.manifests)) {
        const answer = await fetch(prefix + path)
        assert.equal(answer.status, 200, path)
        assert.deepEqual(listedIn(path, await answer.text()), listedIn(path, before), path)
      }
    })
  })
}

/** A document store as that version left it. */
async function restore({ documents }: Recording, path: string): Promise<void> {
  const store = await openSqliteDocuments({ path })
  for (const { table, pk, sk, value } of documents) await store.put(table, pk, sk, value, tables[table as TableName].conditional ? { ifVersion: 'absent' } : {})
  await store.close()
}

/** What a player takes from a manifest: wording may change, segments may not. */
function listedIn(path: string, text: string): unknown {
  if (path.endsWith('.mpd')) return checkDash(text.replace(/<AdaptationSet[^>]*contentType="text"[^]*?<\/AdaptationSet>/g, ''))
  return path.endsWith('master.m3u8') ? parseMaster(text) : parseMedia(text)
}

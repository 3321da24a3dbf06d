/** Lists of videos: who finds what, in which order, page by page. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Documents } from '../../src/ports/documents.ts'
import { makePlayable } from './add-video.ts'
import { startApi, type Api } from './start-api.ts'
import { uploadSmall } from './upload-file.ts'

const ids = async (api: Api, path: string, token?: string): Promise<string[]> => {
  const { status, body } = await api.call('GET', path, { token })
  assert.equal(status, 200, JSON.stringify(body))
  return body.items.map((video: any) => video.id)
}

test('the home page has public videos from playable on', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const [shown, unlisted, hidden, young] = [
    await uploadSmall(api, token),
    await uploadSmall(api, token, { visibility: 'unlisted' }),
    await uploadSmall(api, token, { visibility: 'private' }),
    await uploadSmall(api, token),
  ]
  assert.deepEqual(await ids(api, '/videos'), [])
  for (const videoId of [shown, unlisted, hidden]) await makePlayable(api, videoId)
  assert.deepEqual(await ids(api, '/videos'), [shown])
  assert.deepEqual(await ids(api, '/videos?sort=popular'), [shown])
  assert.deepEqual(await ids(api, '/videos?sort=latest', token), [shown], 'the home page is the same for the owner')
  await makePlayable(api, young)
  assert.deepEqual(await ids(api, '/videos'), [young, shown], 'nobody had to list it')
})

test('a video comes and goes with its visibility', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const videoId = await uploadSmall(api, token, { visibility: 'private' })
  await makePlayable(api, videoId)
  const show = (visibility: string) => api.call('PATCH', `/videos/${videoId}`, { token, body: { visibility } })
  await show('public')
  assert.deepEqual(await ids(api, '/videos'), [videoId])
  await show('unlisted')
  assert.deepEqual(await ids(api, '/videos'), [])
  assert.equal((await api.documents.scan('latest')).items.length, 0)
})

test('a change that dies right after the video was made public has it on the home page', async (t) => {
  let dies = false
  const died = new Error('killed here')
  const api = await startApi(t, {
    change: ({ documents }) => ({
      documents: {
        ...documents,
        async put(table, ...rest) {
          const version = await documents.put(table, ...rest)
          if (dies && table === 'video') throw died
          return version
        },
      } satisfies Documents,
    }),
  })
  const { token } = await api.signUp('anna')
  const videoId = await uploadSmall(api, token, { visibility: 'private' })
  await makePlayable(api, videoId)
  dies = true
  await api.refused('internal', 'PATCH', `/videos/${videoId}`, { token, body: { visibility: 'public' } })
  assert.deepEqual(await ids(api, '/videos'), [videoId])
})

test('a channel shows its owner everything and others what is public', async (t) => {
  const api = await startApi(t)
  const anna = await api.signUp('Anna')
  const ben = await api.signUp('ben')
  const shown = await uploadSmall(api, anna.token)
  const hidden = await uploadSmall(api, anna.token, { visibility: 'private' })
  const open = (await api.call('POST', '/uploads', { token: anna.token, body: { fileName: 'a.mp4', sizeBytes: 10 } })).body.videoId
  await makePlayable(api, shown)
  const own = [open, hidden, shown]
  assert.deepEqual(await ids(api, '/videos?channel=me', anna.token), own)
  assert.deepEqual(await ids(api, '/videos?channel=anna', anna.token), own)
  for (const channel of ['anna', 'ANNA', anna.id]) assert.deepEqual(await ids(api, `/videos?channel=${channel}`, ben.token), [shown])
  assert.deepEqual(await ids(api, '/videos?channel=me', ben.token), [])
  await api.refused('unauthorized', 'GET', '/videos?channel=me')
  await api.refused('not_found', 'GET', '/videos?channel=nobody')
})

test("a handle that equals another channel's id does not take it over", async (t) => {
  const api = await startApi(t)
  const anna = await api.signUp('anna')
  const shown = await uploadSmall(api, anna.token)
  await makePlayable(api, shown)
  await api.signUp(anna.id)
  assert.deepEqual(await ids(api, `/videos?channel=${anna.id}`), [shown])
})

test('text that names no channel is answered as an unknown channel is', async (t) => {
  const api = await startApi(t)
  const unknown = await api.refused('not_found', 'GET', '/videos?channel=nobody')
  for (const channel of ['', '%00', 'a%0A', 'x'.repeat(1100)]) assert.deepEqual(await api.refused('not_found', 'GET', `/videos?channel=${channel}`), unknown, channel)
})

test('pages go on where the last one ended, over hours and months', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const made: string[] = []
  for (const hours of [0, 0, 1, 0, 40, 24 * 31, 24 * 40]) {
    api.forward(hours * 3600_000 + 1000)
    const fresh = (await api.call('POST', '/sessions', { body: { handle: 'anna', password: 'correct horse battery' } })).body.token
    const videoId = await uploadSmall(api, fresh)
    await makePlayable(api, videoId)
    made.unshift(videoId)
  }
  const { token: later } = (await api.call('POST', '/sessions', { body: { handle: 'anna', password: 'correct horse battery' } })).body
  for (const path of ['/videos?limit=2', '/videos?channel=me&limit=2', '/videos?channel=anna&limit=3', '/videos?limit=7']) {
    const found: string[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const { body } = await api.call('GET', `${path}${cursor === undefined ? '' : `&cursor=${cursor}`}`, { token: later })
      found.push(...body.items.map((video: any) => video.id))
      cursor = body.cursor
      pages++
    } while (cursor !== undefined)
    assert.deepEqual(found, made, path)
    assert.equal(pages, Math.ceil(7 / Number(/limit=(\d)/.exec(path)![1])))
  }
  await api.refused('bad_request', 'GET', '/videos?cursor=nonsense')
  for (const limit of ['0', '101', 'x']) await api.refused('bad_request', 'GET', `/videos?limit=${limit}`)
  assert.equal(typeof token, 'string')
})

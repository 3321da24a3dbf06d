/** Posters to choose from and chapters to give: by the owner, seen by those who see the video. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { posterKey } from '../../src/domain/keys.ts'
import { createChapters } from '../../src/records/chapters.ts'
import { makePlayable, revision } from './add-video.ts'
import { startApi } from './start-api.ts'
import { uploadSmall } from './upload-file.ts'

const candidate = (videoId: string, id: string, atSeconds?: number) => ({ id, key: posterKey(videoId, revision, id), atSeconds })

test('the owner chooses a poster; the public address stays, his own shows the new picture at once', async (t) => {
  const api = await startApi(t)
  await api.signUp('admin')
  const anna = await api.signUp('anna')
  const ben = await api.signUp('ben')
  const videoId = await uploadSmall(api, anna.token)
  const path = `/videos/${videoId}`
  assert.deepEqual((await api.call('GET', `${path}/posters`, { token: anna.token })).body, { items: [] })
  const candidates = [candidate(videoId, 'attempt1'), candidate(videoId, 'attempt2', 4)]
  await makePlayable(api, videoId, { posterKey: candidates[0]!.key, posterCandidates: candidates })
  const { items } = (await api.call('GET', `${path}/posters`, { token: anna.token })).body
  assert.deepEqual(items, [
    { id: 'attempt1', url: `/p/for-${anna.id}/v/${videoId}/${revision}/poster-attempt1.jpg`, isChosen: true },
    { id: 'attempt2', url: `/p/for-${anna.id}/v/${videoId}/${revision}/poster-attempt2.jpg`, atSeconds: 4, isChosen: false },
  ])
  const second = items[1]!
  await api.refused('unauthorized', 'GET', `${path}/posters`)
  await api.refused('forbidden', 'GET', `${path}/posters`, { token: ben.token })
  await api.refused('forbidden', 'PATCH', path, { token: ben.token, body: { posterId: 'attempt2' } })
  await api.refused('poster_not_found', 'PATCH', path, { token: anna.token, body: { posterId: 'attempt9', title: 'Not taken' } })

  const changed = await api.call('PATCH', path, { token: anna.token, body: { posterId: 'attempt2' } })
  assert.deepEqual([changed.status, changed.body.posterUrl], [200, second.url])
  assert.notEqual(changed.body.title, 'Not taken')
  for (const token of [ben.token, undefined]) assert.equal((await api.call('GET', path, { token })).body.posterUrl, `/posters/${videoId}.jpg`)
  assert.equal((await api.call('GET', '/videos?channel=me', { token: anna.token })).body.items[0].posterUrl, second.url)

  await api.call('PATCH', path, { token: anna.token, body: { visibility: 'private' } })
  assert.equal((await api.call('GET', '/videos?channel=me', { token: anna.token })).body.items[0].posterUrl, second.url)
  await api.refused('video_not_found', 'GET', `${path}/posters`, { token: ben.token })
  await api.refused('video_not_found', 'PATCH', path, { token: ben.token, body: { posterId: 'attempt1' } })
})

test('chapters: given by the owner, orderly, in the place of the source’s; an empty list stays empty', async (t) => {
  const api = await startApi(t)
  await api.signUp('admin')
  const anna = await api.signUp('anna')
  const ben = await api.signUp('ben')
  const videoId = await uploadSmall(api, anna.token)
  const path = `/videos/${videoId}`
  await makePlayable(api, videoId, { visibility: 'unlisted' })
  await createChapters(api.documents, videoId, [{ startSeconds: 0, title: 'From the file' }])
  assert.deepEqual((await api.call('GET', path)).body.chapters, [{ startSeconds: 0, title: 'From the file' }])
  const chapters = [{ startSeconds: 5.00049, title: ' Second\u0007 half ' }, { startSeconds: 0, title: 'First' }]
  const changed = await api.call('PATCH', path, { token: anna.token, body: { chapters } })
  assert.deepEqual(changed.body.chapters, [{ startSeconds: 0, title: 'First' }, { startSeconds: 5, title: 'Second  half' }])
  assert.equal((await api.call('GET', '/videos?channel=me', { token: anna.token })).body.items[0].chapters, undefined, 'not in lists')

  const wrong = [
    [{ startSeconds: 1, title: 'a' }, { startSeconds: 1, title: 'b' }], [{ startSeconds: 10, title: 'after the end' }], [{ startSeconds: 0, title: ' ' }], [{ startSeconds: -1, title: 'a' }],
    [{ startSeconds: 0, title: 'x'.repeat(121) }], [{ startSeconds: 0 }], Array.from({ length: 201 }, (_, n) => ({ startSeconds: n / 100, title: 'many' })), 'none',
  ]
  for (const each of wrong) await api.refused('bad_request', 'PATCH', path, { token: anna.token, body: { chapters: each } })
  await api.refused('forbidden', 'PATCH', path, { token: ben.token, body: { chapters: [] } })
  await api.refused('unauthorized', 'PATCH', path, { body: { chapters: [] } })
  assert.equal((await api.call('GET', path)).body.chapters.length, 2)

  assert.deepEqual((await api.call('PATCH', path, { token: anna.token, body: { chapters: [] } })).body.chapters, [])
  await createChapters(api.documents, videoId, [{ startSeconds: 0, title: 'From the file' }])
  assert.deepEqual((await api.call('GET', path)).body.chapters, [])
})

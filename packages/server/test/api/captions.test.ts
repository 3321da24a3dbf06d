/** Captions over the API: put, replaced, listed and removed by the owner; seen by those who see the video. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { captionKey } from '../../src/domain/keys.ts'
import { readVideo } from '../../src/records/video.ts'
import { makePlayable } from './add-video.ts'
import { startApi, type Api } from './start-api.ts'
import { uploadSmall } from './upload-file.ts'

const text = '1\n00:00:01,000 --> 00:00:02,000\nHello <script>x</script>\n'
const stored = async (api: Api, videoId: string) => (await readVideo(api.documents, videoId))!.value.captions!

test('SubRip is kept as clean WebVTT under the language; another text takes its place', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const videoId = await uploadSmall(api, token)
  await makePlayable(api, videoId)
  const path = `/videos/${videoId}/captions`
  const first = await api.call('PUT', `${path}/PT-br`, { token, body: { text } })
  assert.deepEqual([first.status, first.body.id, first.body.kind, first.body.label], [200, 'pt-BR', 'uploaded', 'português (Brasil)'])
  const [before] = await stored(api, videoId)
  const object = await api.objects.get('encoded', captionKey(videoId, before!.attempt))
  assert.equal(Buffer.from(object).toString(), 'WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHello x\n')

  await api.call('PUT', `${path}/eng`, { token, body: { text, label: ' English for all ' } })
  await api.call('PUT', `${path}/pt-BR`, { token, body: { text: text.replace('Hello', 'Olá') } })
  assert.equal(await api.objects.head('encoded', captionKey(videoId, before!.attempt)), undefined, 'the replaced text is removed')
  const { items } = (await api.call('GET', path)).body
  assert.deepEqual(items.map((one: any) => [one.id, one.label]), [['en', 'English for all'], ['pt-BR', 'português (Brasil)']])

  assert.equal((await api.call('DELETE', `${path}/pt-BR`, { token })).status, 204)
  await api.refused('caption_not_found', 'DELETE', `${path}/pt-BR`, { token })
  assert.deepEqual((await stored(api, videoId)).map(({ id }) => id), ['en'])
  const lease = await api.queue.take({ priorities: [3], leaseSeconds: 10, waitSeconds: 0 })
  assert.equal((lease?.body as any).extra, 'captions', 'the manifests are to follow')
})

test('what is no captions, no language or too much is refused, and leaves nothing behind', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const videoId = await uploadSmall(api, token)
  const put = `/videos/${videoId}/captions/en`
  assert.match((await api.refused('captions_invalid', 'PUT', put, { token, body: { text: 'WEBVTT\n\nstray\n' } })).detail, /line 3/)
  await api.refused('captions_invalid', 'PUT', put, { token, body: { text: '<html>' } })
  assert.match((await api.refused('bad_request', 'PUT', put, { token, body: text, headers: { 'content-type': 'text/vtt' } })).detail, /application\/json/)
  await api.refused('bad_request', 'PUT', put, { token, body: { text, more: 1 } })
  await api.refused('bad_request', 'PUT', put, { token, body: { text: 'x'.repeat(2_000_001) } })
  await api.refused('payload_too_large', 'PUT', put, { token, body: { text: 'x'.repeat(9_000_000) } })
  for (const language of ['e', 'english-language-of-the-north-east-of', 'x_y', 'en-']) {
    await api.refused('bad_request', 'PUT', `/videos/${videoId}/captions/${language}`, { token, body: { text } })
  }
  const many = Array.from({ length: 50 }, (_, n) => ({ id: `x${n}`, kind: 'source' as const, language: 'en', label: '', attempt: String(n).padStart(8, '0'), createdAt: 0 }))
  await makePlayable(api, videoId, { captions: many })
  await api.refused('too_many_captions', 'PUT', put, { token, body: { text } })
  assert.deepEqual((await api.objects.list('encoded', `v/${videoId}/captions/`)).items, [])
})

test('the owner and the administrator alone change captions; those of a private video are there for the owner alone', async (t) => {
  const api = await startApi(t)
  const admin = await api.signUp('admin')
  const anna = await api.signUp('anna')
  const ben = await api.signUp('ben')
  const videoId = await uploadSmall(api, anna.token)
  const path = `/videos/${videoId}/captions`
  await api.refused('unauthorized', 'PUT', `${path}/en`, { body: { text } })
  await api.refused('forbidden', 'PUT', `${path}/en`, { token: ben.token, body: { text } })
  assert.equal((await api.call('PUT', `${path}/en`, { token: admin.token, body: { text } })).status, 200)
  await api.refused('unauthorized', 'DELETE', `${path}/en`)
  await api.refused('forbidden', 'DELETE', `${path}/en`, { token: ben.token })
  assert.equal((await api.call('GET', path)).body.items.length, 1)
  await api.call('PATCH', `/videos/${videoId}`, { token: anna.token, body: { visibility: 'private' } })
  for (const token of [ben.token, undefined]) await api.refused('video_not_found', 'GET', path, { token })
  await api.refused('video_not_found', 'PUT', `${path}/en`, { token: ben.token, body: { text } })
  await api.refused('video_not_found', 'DELETE', `${path}/en`, { token: ben.token })
  assert.equal((await api.call('GET', path, { token: anna.token })).body.items.length, 1)
  await api.call('DELETE', `/videos/${videoId}`, { token: anna.token })
  await api.refused('video_not_found', 'PUT', `${path}/en`, { token: anna.token, body: { text } })
})

/** Videos: what is shown to whom, changed and deleted by whom. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Documents } from '../../src/ports/documents.ts'
import { createManifestVersion } from '../../src/records/plan.ts'
import { readVideo } from '../../src/records/video.ts'
import { readWithdrawn } from '../../src/records/withdrawn.ts'
import { makePlayable, revision, setVideo } from './add-video.ts'
import { startApi } from './start-api.ts'
import { uploadSmall } from './upload-file.ts'

test('a playable video shows its size, its renditions and its poster', async (t) => {
  const api = await startApi(t)
  const { token, id } = await api.signUp('Anna')
  const videoId = await uploadSmall(api, token, { title: 'Trees' })
  await makePlayable(api, videoId, { completeRenditions: ['h264-240p'], posterKey: `v/${videoId}/x` })
  const video = (await api.call('GET', `/videos/${videoId}`)).body
  assert.deepEqual(video.channel, { id, handle: 'Anna' })
  assert.deepEqual([video.state, video.progress, video.durationSeconds, video.width, video.height, video.frameRate], ['playable', 0.25, 10, 854, 480, 30])
  assert.deepEqual(video.renditions.map((one: any) => [one.id, one.kind, one.complete]), [['h264-480p', 'video', false], ['h264-240p', 'video', true], ['aac-1', 'audio', false]])
  assert.deepEqual([video.renditions[0].frameRate, video.renditions[0].bitsPerSecond, video.renditions[2].language], [30, 1_500_000, 'en'])
  assert.equal(video.posterUrl, `/posters/${videoId}.jpg`)
  assert.equal(video.fileName, undefined, "for the owner's eyes only")
  const own = (await api.call('GET', `/videos/${videoId}`, { token })).body
  assert.deepEqual([own.fileName, own.sizeBytes], ['clip.mp4', 1000])
})

test('measured rates and quality are shown to the owner alone', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('Anna')
  const videoId = await uploadSmall(api, token, { title: 'Trees' })
  await makePlayable(api, videoId, { completeRenditions: ['h264-240p'], quality: { 'h264-240p': 0.97 }, manifestVersion: 2 })
  const { revision } = (await readVideo(api.documents, videoId))!.value
  const rates = { 'h264-240p': { peakBitsPerSecond: 300_000, averageBitsPerSecond: 200_000 } }
  await createManifestVersion(api.documents, videoId, revision!, { version: 2, createdAt: 0, renditionIds: ['h264-240p'], rates })
  const own = (await api.call('GET', `/videos/${videoId}`, { token })).body.renditions
  assert.deepEqual([own[1].averageBitsPerSecond, own[1].peakBitsPerSecond, own[1].ssim], [200_000, 300_000, 0.97])
  assert.deepEqual([own[0].averageBitsPerSecond, own[0].ssim], [undefined, undefined], 'not complete')
  const others = (await api.call('GET', `/videos/${videoId}`)).body.renditions
  assert.deepEqual([others[1].averageBitsPerSecond, others[1].peakBitsPerSecond, others[1].ssim], [undefined, undefined, undefined])
})

test('a failed video says why', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const videoId = await uploadSmall(api, token)
  await setVideo(api, videoId, { state: 'failed', failure: { code: 'not_media', message: 'This file is not a video.' } })
  assert.deepEqual((await api.call('GET', `/videos/${videoId}`)).body.failure, { code: 'not_media', message: 'This file is not a video.' })
})

test('a private video is there for its owner alone, an administrator may still delete it', async (t) => {
  const api = await startApi(t)
  const admin = await api.signUp('admin')
  const anna = await api.signUp('anna')
  const ben = await api.signUp('ben')
  const videoId = await uploadSmall(api, anna.token, { visibility: 'private' })
  await makePlayable(api, videoId, { posterKey: 'x' })
  const own = await api.call('GET', `/videos/${videoId}`, { token: anna.token })
  assert.deepEqual([own.status, own.body.posterUrl], [200, `/p/for-${anna.id}/v/${videoId}/${revision}/x`], 'signed for its owner')
  for (const token of [ben.token, undefined]) {
    const missing = await api.refused('video_not_found', 'GET', `/videos/${videoId}`, { token })
    assert.deepEqual(missing, await api.refused('video_not_found', 'GET', '/videos/0123456789abcdef', { token }))
    await api.refused('video_not_found', 'GET', `/videos/${videoId}/events`, { token })
  }
  await api.refused('video_not_found', 'PATCH', `/videos/${videoId}`, { token: ben.token, body: { title: 'mine' } })
  await api.refused('video_not_found', 'DELETE', `/videos/${videoId}`, { token: ben.token })
  assert.equal((await api.call('DELETE', `/videos/${videoId}`, { token: admin.token })).status, 204)
})

test('the owner and the administrator change a video, others may not', async (t) => {
  const api = await startApi(t)
  const admin = await api.signUp('admin')
  const anna = await api.signUp('anna')
  const ben = await api.signUp('ben')
  const videoId = await uploadSmall(api, anna.token)
  const path = `/videos/${videoId}`
  const changed = await api.call('PATCH', path, { token: anna.token, body: { title: 'New', description: 'All of it', visibility: 'unlisted' } })
  assert.deepEqual([changed.body.title, changed.body.description, changed.body.visibility], ['New', 'All of it', 'unlisted'])
  assert.equal(changed.body.state, 'inspecting', 'the rest stays')
  assert.equal((await api.call('PATCH', path, { token: admin.token, body: { title: 'By the administrator' } })).status, 200)
  await api.refused('forbidden', 'PATCH', path, { token: ben.token, body: { title: 'x' } })
  await api.refused('forbidden', 'DELETE', path, { token: ben.token })
  await api.refused('unauthorized', 'PATCH', path, { body: { title: 'x' } })
  await api.refused('unauthorized', 'DELETE', path)
  for (const body of [{}, { title: '' }, { title: 'x'.repeat(201) }, { state: 'ready' }, { visibility: 'secret' }]) await api.refused('bad_request', 'PATCH', path, { token: anna.token, body })
})

test('a deleted video is gone for everyone, and its bytes are due to be swept', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const videoId = await uploadSmall(api, token)
  await makePlayable(api, videoId)
  assert.equal((await api.call('DELETE', `/videos/${videoId}`, { token })).status, 204)
  await api.refused('video_not_found', 'GET', `/videos/${videoId}`, { token })
  await api.refused('video_not_found', 'DELETE', `/videos/${videoId}`, { token })
  for (const list of ['/videos', '/videos?channel=me']) assert.deepEqual((await api.call('GET', list, { token })).body.items, [])
  const task = await api.queue.take({ priorities: [3], leaseSeconds: 10, waitSeconds: 0 })
  assert.deepEqual(task!.body, { kind: 'sweep', videoId })
})

test('a video is noted as withdrawn when it is deleted or made private, but not before there can be a token for it', async (t) => {
  let plan: string | undefined
  const api = await startApi(t, {
    change: ({ documents }) => ({
      documents: {
        ...documents,
        async put(table, ...rest) {
          const id = plan
          if (table === 'video' && id !== undefined) {
            // It is completed and planned just before the tombstone is written.
            plan = undefined
            await makePlayable({ ...api, documents }, id)
          }
          return documents.put(table, ...rest)
        },
      } satisfies Documents,
    }),
  })
  const { token } = await api.signUp('anna')
  const begin = async (): Promise<string> => (await api.call('POST', '/uploads', { token, body: { fileName: 'a.mp4', sizeBytes: 10 } })).body.videoId
  const [young, hiddenYoung, late] = [await begin(), await begin(), await begin()]
  const [playable, hidden, inspected] = [await uploadSmall(api, token), await uploadSmall(api, token), await uploadSmall(api, token)]
  for (const id of [playable, hidden]) await makePlayable(api, id)
  for (const id of [hiddenYoung, hidden]) await api.call('PATCH', `/videos/${id}`, { token, body: { visibility: 'private' } })
  // One without a plan may have had one, and tokens with it.
  for (const id of [young, playable, inspected]) await api.call('DELETE', `/videos/${id}`, { token })
  assert.deepEqual(await readWithdrawn(api.documents), [playable, hidden, inspected].sort())
  plan = late
  assert.equal((await api.call('DELETE', `/videos/${late}`, { token })).status, 204)
  assert.deepEqual(await readWithdrawn(api.documents), [playable, hidden, inspected, late].sort())
  await api.refused('video_not_found', 'GET', `/videos/${late}`, { token })
})

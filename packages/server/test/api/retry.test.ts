/** POST /videos/:id/retry: who may, when, and what it leaves behind. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { minuteOf, readDue, dueShards } from '../../src/records/due.ts'
import { countFailedAttempt, readChunk } from '../../src/records/chunk.ts'
import { readPlan } from '../../src/records/plan.ts'
import { readVideo } from '../../src/records/video.ts'
import { makePlayable, revision, setVideo } from './add-video.ts'
import { startApi, type Api } from './start-api.ts'
import { uploadSmall } from './upload-file.ts'

const failed = { state: 'failed' as const, failure: { code: 'encode_failed', message: 'It could not be encoded.' }, failureDetail: 'chunk 1 of the picture: stalled' }

async function takeTasks(api: Api): Promise<unknown[]> {
  const bodies: unknown[] = []
  for (;;) {
    const lease = await api.queue.take({ priorities: [0, 1, 2, 3], leaseSeconds: 30, waitSeconds: 0 })
    if (!lease) return bodies
    bodies.push(lease.body)
    await lease.ack()
  }
}

test('a failed video lives again: counters at zero, a due entry, one task; a repetition adds nothing', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const id = await uploadSmall(api, token)
  await makePlayable(api, id, { ...failed, failedAttempts: 3 })
  const plan = (await readPlan(api.documents, id, revision))!
  await countFailedAttempt(api.documents, plan, 'h264-240p', 0)
  await takeTasks(api)
  const { body } = await api.call('POST', `/videos/${id}/retry`, { token })
  assert.deepEqual([body.state, body.failure, body.failureDetail], ['inspecting', undefined, undefined])
  const again = await api.call('POST', `/videos/${id}/retry`, { token })
  assert.deepEqual([again.status, again.body.state], [200, 'inspecting'])
  assert.deepEqual(await takeTasks(api), [{ kind: 'inspect', videoId: id, again: true }])
  assert.equal((await readChunk(api.documents, plan, 'h264-240p', 0))!.attempts, 0)
  const { value } = (await readVideo(api.documents, id))!
  assert.deepEqual([value.failedAttempts, value.revision, value.retries], [undefined, revision, 1])
  const minutes = [0, 1, 2].map((later) => minuteOf(api.now()) + later)
  const entries = await Promise.all(minutes.flatMap((minute) => Array.from({ length: dueShards }, (_, shard) => readDue(api.documents, minute, shard))))
  assert.ok(entries.flatMap(({ items }) => items).some((due) => due.id === id))
})

test('one that played before goes on playing', async (t) => {
  const api = await startApi(t)
  const { token } = await api.signUp('anna')
  const id = await uploadSmall(api, token)
  await makePlayable(api, id, { ...failed, playableAt: 1 })
  assert.equal((await api.call('POST', `/videos/${id}/retry`, { token })).body.state, 'playable')
})

test('only what failed, and only by its owner or an administrator', async (t) => {
  const api = await startApi(t)
  const admin = await api.signUp('admin')
  const anna = await api.signUp('anna')
  const ben = await api.signUp('ben')
  const id = await uploadSmall(api, anna.token)
  const path = `/videos/${id}/retry`
  assert.equal((await api.refused('not_failed', 'POST', path, { token: anna.token })).state, 'inspecting')
  await setVideo(api, id, failed)
  await api.refused('unauthorized', 'POST', path)
  await api.refused('forbidden', 'POST', path, { token: ben.token })
  await api.refused('video_not_found', 'POST', '/videos/0123456789abcdef/retry', { token: anna.token })
  assert.equal((await api.call('GET', `/videos/${id}`, { token: ben.token })).body.failureDetail, undefined)
  assert.equal((await api.call('GET', `/videos/${id}`, { token: anna.token })).body.failureDetail, failed.failureDetail)
  assert.equal((await api.call('GET', `/videos/${id}`, { token: admin.token })).body.failureDetail, failed.failureDetail)
  assert.equal((await api.call('POST', path, { token: admin.token })).status, 200)
  await setVideo(api, id, { state: 'ready' })
  await api.refused('not_failed', 'POST', path, { token: anna.token })
})

/** Playback reports through the whole api: what they add up to, that none counts twice, and who may send and read them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { DriverUnavailable } from '../../src/base/errors.ts'
import { readViews } from '../../src/records/audience.ts'
import { newPlayback, reportOf, startAudience } from './start-audience.ts'

test('a watched playback: start-up, rebuffering, bit rate, switches, errors and one view, in its hour', async (t) => {
  const { stage, video, open, send, flush, read } = await startAudience(t)
  const token = await open('one')
  const playbackId = newPlayback()
  assert.equal((await send(reportOf(token, { playbackId, startupMs: 240 }))).status, 204)
  stage.forward(60_000)
  const second = reportOf(token, {
    playbackId, sequence: 1, startupMs: 240, playedMs: 57_000, stalledMs: 3000, ratedMs: 57_000, kilobits: 57 * 1500, stalls: 2, switches: 1,
    errors: [{ code: 'shaka_1002', count: 2 }], watched: [[0, 57]],
  })
  assert.equal((await send(second)).status, 204)
  assert.deepEqual((await read()).hours, [], 'nothing is written on the path of a request')
  await flush()
  const { totals, hours, allTime } = await read()
  assert.equal(hours.length, 1)
  assert.equal(hours[0]!.at, Math.floor(stage.clock() / 3_600_000) * 3_600_000)
  const { startup, ...figures } = hours[0]!
  assert.ok(startup!.medianMs > 200 && startup!.p95Ms <= 250)
  assert.deepEqual(figures, {
    at: hours[0]!.at, playbacks: 1, views: 1, playedSeconds: 57, rebufferRatio: 0.05, averageBitsPerSecond: 1_500_000, stalls: 2, switches: 1, errors: 2,
  })
  assert.deepEqual(totals.errorCodes, { shaka_1002: 2 })
  assert.equal(allTime.views, 1)
  assert.deepEqual([allTime.retention[0], allTime.retention[55], allTime.retention[60]], [1, 1, 0])
  assert.equal(await readViews(stage.documents, video.plan.videoId), 1)
})

test('repeated, overtaken and lost reports, in any process, change nothing', async (t) => {
  const { stage, open, send, flush, read } = await startAudience(t, { processes: 3 })
  const token = await open('one')
  const playbackId = newPlayback()
  const at = (sequence: number) => reportOf(token, { playbackId, sequence, startupMs: 100, playedMs: sequence * 10_000, stalls: sequence, watched: [[0, sequence * 10]] })
  await send(at(0))
  stage.forward(90_000)
  for (const sequence of [2, 2, 1, 5, 5, 5, 3]) assert.equal((await send(at(sequence))).status, 204)
  await flush()
  const { totals, allTime } = await read()
  assert.equal(totals.playbacks, 1)
  assert.equal(totals.playedSeconds, 50)
  assert.equal(totals.stalls, 5)
  assert.equal(totals.views, 1)
  assert.equal(allTime.retention.filter((share) => share === 1).length, 50)
})

test('a view is a session that watched: once a viewer, by any number of playbacks and processes', async (t) => {
  const { stage, video, open, send, flush } = await startAudience(t, { processes: 2 })
  const [one, two, brief] = [await open('one'), await open('two'), await open('three')]
  const playbacks = [one, one, two, two, brief].map((token) => ({ token, playbackId: newPlayback() }))
  for (const playback of playbacks) await send(reportOf(playback.token, playback))
  stage.forward(40_000)
  for (const { token, playbackId } of playbacks) await send(reportOf(token, { playbackId, sequence: 1, playedMs: token === brief ? 20_000 : 35_000 }))
  await flush()
  assert.equal(await readViews(stage.documents, video.plan.videoId), 2)
})

test('one forged report alone makes no view, and nobody plays longer than the playback is there', async (t) => {
  const { stage, video, open, send, flush, read } = await startAudience(t)
  const token = await open('one')
  const playbackId = newPlayback()
  await send(reportOf(token, { playbackId, playedMs: 600_000_000, stalledMs: 600_000_000, ratedMs: 600_000_000, kilobits: 1e11 }))
  await send(reportOf(token, { playbackId, sequence: 1, playedMs: 600_000_000 }))
  await flush()
  assert.equal(await readViews(stage.documents, video.plan.videoId), 0)
  assert.ok((await read()).totals.playedSeconds <= 120)
})

test('half of a short video is a view', async (t) => {
  const { stage, video, open, send, flush } = await startAudience(t, { seconds: 10 })
  const token = await open('one')
  const playbackId = newPlayback()
  await send(reportOf(token, { playbackId }))
  stage.forward(5000)
  await send(reportOf(token, { playbackId, sequence: 1, playedMs: 5000 }))
  await flush()
  assert.equal(await readViews(stage.documents, video.plan.videoId), 1)
})

test('a store that is away loses nothing but time, and growth is told at powers of two', async (t) => {
  const { stage, video, grown, open, send, flush } = await startAudience(t)
  for (let viewer = 1; viewer <= 4; viewer++) {
    const token = await open(`viewer ${viewer}`)
    const playbackId = newPlayback()
    await send(reportOf(token, { playbackId }))
    stage.forward(40_000)
    await send(reportOf(token, { playbackId, sequence: 1, playedMs: 40_000 }))
    if (viewer === 3) {
      // Taken and folded; only the counters are left to write.
      await new Promise((settle) => setTimeout(settle, 100))
      stage.faults.documents = new DriverUnavailable('away')
      await flush()
      stage.faults.documents = undefined
    }
    await flush()
  }
  assert.equal(await readViews(stage.documents, video.plan.videoId), 4)
  assert.deepEqual(grown, Array(3).fill(video.plan.videoId), 'at 1, 2 and 4')
})

test('no token, another video’s, a wrong or an expired one: refused', async (t) => {
  const { stage, api, video, open } = await startAudience(t)
  const path = `/videos/${video.plan.videoId}/playbacks`
  const token = await open('one')
  await api.refused('bad_request', 'POST', path, { body: { ...reportOf(token), token: undefined } })
  await api.refused('token_malformed', 'POST', path, { body: reportOf('x') })
  await api.refused('token_malformed', 'POST', path, { body: reportOf(`${token}/v/..`) })
  await api.refused('token_wrong', 'POST', path, { body: reportOf(`${token.slice(0, -2)}AA`) })
  await api.refused('video_not_found', 'POST', '/videos/0000000000000000/playbacks', { body: reportOf(token) })
  stage.forward(60 * 3_600_000)
  await api.refused('token_expired', 'POST', path, { body: reportOf(token) })
  assert.ok(!api.logged.concat(stage.logged).some((line) => line.includes(token.slice(-43))), 'no token in a log')
})

test('a playback that outlasts its token is reported under it for a day', async (t) => {
  const { stage, api, video, open } = await startAudience(t)
  const token = await open('one')
  stage.forward(20 * 3_600_000)
  const { status } = await api.call('POST', `/videos/${video.plan.videoId}/playbacks`, { body: reportOf(token) })
  assert.equal(status, 204)
})

test('limits on every input', async (t) => {
  const { api, video, open, send } = await startAudience(t)
  const path = `/videos/${video.plan.videoId}/playbacks`
  const token = await open('one')
  const wrong = [
    { playbackId: 'me' }, { sequence: -1 }, { playedMs: 1e12 }, { playedMs: 1.5 }, { startupMs: -1 }, { errors: [{ code: 'A B', count: 1 }] }, { watched: [[0, 1e9]] },
    { watched: Array(65).fill([0, 1]) }, { errors: Array(9).fill({ code: 'a', count: 1 }) }, { more: 1 },
  ]
  for (const part of wrong) await api.refused('bad_request', 'POST', path, { body: { ...reportOf(token), ...part } })
  await api.refused('payload_too_large', 'POST', path, { body: { ...reportOf(token), more: 'x'.repeat(9000) } })
  for (let playback = 0; playback < 50; playback++) assert.equal((await send(reportOf(token))).status, 204)
  await api.refused('rate_limited', 'POST', path, { body: reportOf(token) })
})

test('only the owner reads; the span is bounded', async (t) => {
  const { stage, api, video, owner, read } = await startAudience(t)
  const path = `/videos/${video.plan.videoId}/audience`
  const other = await api.signUp('other')
  await api.refused('unauthorized', 'GET', path)
  await api.refused('video_not_found', 'GET', path, { token: other.token })
  await api.refused('bad_request', 'GET', `${path}?from=0&to=${stage.clock()}`, { token: owner.token })
  assert.deepEqual((await read()).allTime, { views: 0, playbacks: 0, retention: [] })
})

test('nothing that is stored knows the viewer’s address or name', async (t) => {
  const { stage, open, send, flush } = await startAudience(t)
  await send(reportOf(await open('a very particular browser')))
  await flush()
  for (const table of ['playback', 'audienceDay', 'viewShard']) {
    const text = JSON.stringify((await stage.documents.scan(table)).items)
    assert.ok(text.length > 2)
    assert.doesNotMatch(text, /127\.0\.0\.1|particular/)
  }
})

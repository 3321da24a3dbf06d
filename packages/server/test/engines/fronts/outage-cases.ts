/** Contract: with stores or the origin down, what is cached plays on, and the rest is answered soon. Last: what was logged. */
import assert from 'node:assert/strict'
import { setTimeout as pause } from 'node:timers/promises'
import { DriverUnavailable } from '../../../src/base/errors.ts'
import { ask } from './ask.ts'
import type { Cases } from './scene.ts'

const cached = ['m1/manifest.mpd', 'm1/master.m3u8', 'h264-240p/init.mp4', 'h264-240p/0.m4s', 'aac-1/0.m4s']

export const outageCases: Cases = {
  'the store is down: what is cached plays on, the rest is a 503 that lives for a second': async ({ origin, url, t }) => {
    for (const path of cached) assert.equal((await ask(url(path))).status, 200)
    t.after(() => (origin.faults.objects = undefined))
    origin.faults.objects = new DriverUnavailable('down')
    for (const path of cached) assert.equal((await ask(url(path))).status, 200)
    const answer = await ask(url('h264-240p/8.m4s'))
    assert.deepEqual([answer.status, answer.headers['cache-control'], answer.headers['retry-after'], answer.headers['access-control-allow-origin']], [503, 'max-age=1', '1', '*'])
    origin.faults.objects = undefined
    await pause(2000)
    assert.equal((await ask(url('h264-240p/8.m4s'))).status, 200)
  },

  'the origin is down: what is cached plays on, an old poster too; all others are told at once': async ({ origin, front, url, video, isOrigin }) => {
    if (isOrigin) return
    const poster = `${front.origin}/posters/${video.plan.videoId}.jpg`
    await origin.objects.put('encoded', `v/${video.plan.videoId}/${video.plan.revision}/poster-attempt1.jpg`, Buffer.from('a picture'), { mediaType: 'image/jpeg' })
    for (const target of [poster, ...cached.map((path) => url(path))]) assert.equal((await ask(target)).status, 200)
    await origin.goDown()
    try {
      await pause(2000)
      for (const path of cached) assert.equal((await ask(url(path, { viewer: 'new' }))).status, 200)
      for (let again = 0; again < 3; again++) {
        assert.equal(String((await ask(poster)).body), 'a picture')
        await pause(200)
      }
      const answers = await Promise.all(Array.from({ length: 60 }, () => ask(url('h264-240p/10.m4s'))))
      for (const { status, headers, afterMs } of answers) {
        assert.deepEqual([status, headers['retry-after'], headers['cache-control'], headers['access-control-allow-origin']], [503, '1', 'max-age=1', '*'])
        assert.ok(afterMs < 4000, `${Math.round(afterMs)} ms`)
      }
    } finally {
      await origin.comeBack()
    }
    await pause(2000)
    assert.equal((await ask(url('h264-240p/10.m4s'))).status, 200)
  },

  'paths are logged, tokens and keys are not': async ({ front, url, origin }) => {
    const target = url('h264-240p/0.m4s')
    await ask(target)
    await pause(300)
    const logs = await front.logs()
    if (front.logsRequests) assert.match(logs, new RegExp(`^.*GET ${target.split('/').slice(5).join('/').replace(/^/, '/')} 200 20000 `, 'm'))
    const signature = target.split('/')[4]!.split('.').at(-1)!
    assert.ok(!logs.includes(signature))
    const found = /.{0,200}1\.k\d\.\d+\.3\.[0i]\..{0,20}/.exec(logs)
    assert.equal(found?.[0], undefined)
    for (const { secret } of (await origin.feed()).keys) assert.ok(!logs.includes(secret))
  },
}

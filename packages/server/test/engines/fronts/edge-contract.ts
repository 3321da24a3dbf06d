/** The delivery contract that every edge and every cache in front of one keeps (DESIGN §4, §7), on a real Sluice edge as origin. */
import { test } from 'node:test'
import { change, makeVideo } from '../../stream/start-edge.ts'
import { abortCases } from './abort-cases.ts'
import { answerCases } from './answer-cases.ts'
import { joinCases } from './join-cases.ts'
import { outageCases } from './outage-cases.ts'
import { tokenCases } from './token-cases.ts'
import { waitCases } from './wait-cases.ts'
import type { Front, StartFront } from './front.ts'
import { addresses, type Cases } from './scene.ts'
import { startOrigin, type Origin } from './start-origin.ts'

export function testEdgeContract(name: string, start: StartFront | 'the edge itself', options: { skip?: string } = {}): void {
  test(`${name} keeps the delivery contract`, { skip: options.skip ?? false, timeout: 800_000 }, async (t) => {
    const origin = await startOrigin(t, start === 'the edge itself' ? addresses.proxy : '')
    const itself: Front = { origin: `http://127.0.0.1:${origin.port}`, take: async () => origin.forward(60_000), logs: async () => origin.logged.join('\n'), logsRequests: false }
    const front = start === 'the edge itself' ? itself : await start(t, { originPort: origin.port, feed: await origin.feed(), trustedProxy: addresses.proxy, clock: origin.clock })
    // What takes the origin down or looks at all that was logged comes last.
    const cases: Cases = { ...tokenCases, ...answerCases, ...joinCases, ...waitCases, ...abortCases, ...outageCases }
    for (const [title, run] of Object.entries(cases)) {
      await t.test(title, async (t) => {
        const video = await makeVideo(origin)
        await change(origin, video, { posterKey: `v/${video.plan.videoId}/${video.plan.revision}/poster-attempt1.jpg` })
        const url = (path: string, opens?: Parameters<Origin['path']>[1]) => `${front.origin}${origin.path(video.plan, opens)}${path}`
        await run({ t, origin, front, video, url, isOrigin: start === 'the edge itself', trustedProxy: addresses.proxy })
      })
    }
  })
}

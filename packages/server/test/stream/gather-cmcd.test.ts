/** CMCD through the edge: what requests said is counted a session, only of good tokens, and within bounds. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readDay } from '../../src/records/audience.ts'
import { openGatheredCounts } from '../../src/records/gathered-counts.ts'
import { openCmcdGatherer } from '../../src/stream/edge/gather-cmcd.ts'
import { openStage } from './open-stage.ts'
import { makeVideo, startEdge } from './start-edge.ts'

const id = 'video00000000001'
const url = (text: string, videoId = id): string => `/p/1.k.9.3.0.s.x/v/${videoId}/abcd1234/h264-240p/0.m4s?CMCD=${encodeURIComponent(text)}`

test('sessions, stalls, bit rate, switches and lines of a video', async (t) => {
  const stage = await openStage(t)
  const gathered = openGatheredCounts({ ...stage, everyMs: 2 ** 30 })
  const gatherer = openCmcdGatherer({ gathered, clock: stage.clock })
  t.after(() => (gatherer.close(), gathered.close()))
  gatherer.note(url('br=400,d=4000,mtp=2000,ot=v,sid="one",su'))
  gatherer.note(url('br=128,d=4000,mtp=2000,ot=a,sid="one",su'))
  gatherer.note(url('bl=4000,br=1200,d=4000,mtp=4000,ot=v,sid="one"'))
  gatherer.note(url('bl=0,br=1200,bs,d=4000,ot=v,sid="two"'))
  for (const other of ['ot=m,sid="three"', 'br=1,d=1,ot=v', '%E0%A4%A']) gatherer.note(url(other))
  gatherer.note(`/p/1.k.9.3.0.s.x/v/${id}/abcd1234/h264-240p/0.m4s`)
  gatherer.note('/posters/x.jpg')
  gatherer.read()
  await gathered.flush()
  const [hour] = await readDay(stage.documents, id, stage.clock())
  assert.deepEqual(hour!.counts, {
    'edge.requests': 4, 'edge.sessions': 2, 'edge.starved': 1, 'edge.switches': 1, 'edge.measured': 3, 'edge.throughputKbps': 8000,
    'edge.pictureMs': 12_000, 'edge.pictureKilobits': 1600 + 4800 + 4800,
  })
})

test('a flood is read in part, and soon', async (t) => {
  const stage = await openStage(t)
  const counted: number[] = []
  const gatherer = openCmcdGatherer({ gathered: { add: (_place, counts) => void counted.push(counts['edge.requests']!) }, clock: stage.clock })
  t.after(() => gatherer.close())
  for (let i = 0; i < 10_000; i++) gatherer.note(url(`br=400,d=4000,ot=v,sid="${i}"`))
  gatherer.read()
  assert.deepEqual(counted, [4000])
})

test('the edge notes requests that say something and whose token is good, from memory or not', async (t) => {
  const noted: string[] = []
  const stage = await startEdge(t, { cmcd: { note: (one) => void noted.push(one) } })
  const { plan } = await makeVideo(stage)
  const segment = `${stage.base(plan)}h264-240p/0.m4s`
  for (const query of ['?CMCD=a', '?CMCD=b', '']) assert.equal((await fetch(`${segment}${query}`)).status, 200)
  assert.equal((await fetch(`${segment.replace(/\.[\w-]{43}\/v/, `.${'x'.repeat(43)}/v`)}?CMCD=c`)).status, 403)
  assert.deepEqual(noted.map((one) => one.split('?')[1]), ['CMCD=a', 'CMCD=b'])
})

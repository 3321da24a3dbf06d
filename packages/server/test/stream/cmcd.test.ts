/** CMCD in a query: what is read of it, and which requests a viewer waits for. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isWaiting, parseCmcd } from '../../src/stream/cmcd.ts'

const query = (text: string): string => `CMCD=${encodeURIComponent(text)}`

test('the example of the standard', () => {
  const read = parseCmcd(`a=1&${query('bl=21300,br=3200,bs,cid="faec5fc2-ac30-11ea",d=4004,dl=18500,mtp=48100,nor="..%2F300kbps%2Ftrack.m4v",ot=v,sf=h,sid="6e2fb550-c457-11e9",su,tb=6000')}&b=2`)
  assert.deepEqual(read, {
    sessionId: '6e2fb550-c457-11e9', contentId: 'faec5fc2-ac30-11ea', objectType: 'v', bitrateKbps: 3200, bufferMs: 21300, durationMs: 4004, throughputKbps: 48100,
    isStarting: true, hasStarved: true,
  })
})

test('lists, negated flags and escaped strings of the second version', () => {
  const read = parseCmcd(query('bl=(4000;v 3900;a),br=(900;v),sid="a\\"b",su=?0,v=2'))!
  assert.equal(read.bufferMs, 4000)
  assert.equal(read.bitrateKbps, 900)
  assert.equal(read.sessionId, 'a"b')
  assert.equal(read.isStarting, false)
})

test('a comma in a string ends nothing', () => assert.equal(parseCmcd(query('cid="a,su,b",bl=9000'))!.isStarting, false))

test('no CMCD, another name, too much of it, or what is not text', () => {
  assert.equal(parseCmcd(''), undefined)
  assert.equal(parseCmcd('xCMCD=su'), undefined)
  assert.equal(parseCmcd('CMCD=%E0%A4%A'), undefined)
  assert.equal(parseCmcd(query(`sid="${'x'.repeat(3000)}"`)), undefined)
  assert.equal(parseCmcd(query(`sid="${'x'.repeat(65)}",bl=-5,br=1e9,d=999999999999`))!.sessionId, undefined)
})

test('hostile text takes no time', () => {
  const before = process.cpuUsage()
  for (const text of ['"'.repeat(600), `sid="${'\\'.repeat(500)}`, 'a=,'.repeat(300), ','.repeat(600)]) parseCmcd(`CMCD=${encodeURIComponent(text).slice(0, 2000)}`)
  const { user, system } = process.cpuUsage(before)
  assert.ok(user + system < 500_000)
})

test('a viewer waits when it says so, when the buffer is short, and when nothing is said', () => {
  assert.equal(isWaiting(undefined), true)
  assert.equal(isWaiting(parseCmcd(query('bl=30000,su'))), true)
  assert.equal(isWaiting(parseCmcd(query('ot=v'))), true)
  assert.equal(isWaiting(parseCmcd(query('bl=1200'))), true)
  assert.equal(isWaiting(parseCmcd(query('bl=12000,ot=v'))), false)
})

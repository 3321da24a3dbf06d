/** `sluice plan`: the example of docs/plan.md as it stands, the reference by hand, refusals, and one real measurement. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { makeClip } from '../../server/test/fixtures/clips.ts'
import { assumptions, type Assumed } from '../src/plan/assumptions.ts'
import { encodersFor, planFleet } from '../src/plan/calculate.ts'
import { sizesOf } from '../src/plan/sizes.ts'
import { referenceSpeeds } from '../src/plan/speeds.ts'
import { withHome } from './run-cli.ts'

const assumed = Object.fromEntries(Object.entries(assumptions).map(([name, { default: value }]) => [name, value])) as Assumed

test('the example in docs/plan.md prints what is there', () =>
  withHome(async ({ run }) => {
    const page = readFileSync(new URL('../../../docs/plan.md', import.meta.url), 'utf8')
    const [, line, shown] = /```console\n\$ sluice (plan .*)\n([^]*?)```/.exec(page)!
    const { code, stdout } = await run(line!.split(' '))
    assert.equal(code, 0)
    const trimmed = (text: string) => text.replace(/ +$/gm, '').trim()
    assert.equal(trimmed(stdout), trimmed(shown!))
  }))

test('the reference case is 30,000 encoders by hand, and the plan scales with what it is given', () => {
  const plan = planFleet('all', referenceSpeeds, assumed)
  assert.equal(plan.reference[0]!.encoders, 30_000)
  assert.equal(Math.round(encodersFor(50e6, 60, { 'peak-factor': 1, utilisation: 1 }).mean), 34_722)
  assert.equal(encodersFor(86_400, 10, { 'peak-factor': 1.6, utilisation: 0.8 }).provisioned, 20)
  const twice = planFleet('all', referenceSpeeds, { ...assumed, 'uploads-per-day': 2 * assumed['uploads-per-day'] })
  assert.ok(Math.abs(twice.dollarsPerDay.encoding / plan.dollarsPerDay.encoding - 2) < 1e-9)
})

test('base saves what viewers can wait for, which is more on larger encoders, and nothing where nothing is fast enough', () => {
  const cpu = (policy: 'all' | 'base', cores: number) => planFleet(policy, { ...referenceSpeeds, cores }, assumed).perVideo
  assert.deepEqual(cpu('base', 2).cpuSeconds, cpu('all', 2).cpuSeconds)
  assert.ok(cpu('base', 4).cpuSeconds < cpu('base', 2).cpuSeconds && cpu('base', 8).cpuSeconds < cpu('base', 4).cpuSeconds)
  assert.ok(cpu('base', 8).encodedBytes < cpu('all', 8).encodedBytes && cpu('base', 8).puts < cpu('all', 8).puts)
  assert.deepEqual(sizesOf({ height: 1080, framesPerSecond: 25, cores: 4 }), { ...sizesOf({ height: 1080, framesPerSecond: 25, cores: 8 }), unasked: [1080], lazyShare: 720 ** 2 / (720 ** 2 + 1080 ** 2) })
  assert.deepEqual(sizesOf({ height: 360, framesPerSecond: 30, cores: 2 }), { all: [240, 360], base: [240, 360], unasked: [], lazyShare: 0 })
})

test('what makes no sense is refused with the option\'s name', () =>
  withHome(async ({ run, path }) => {
    for (const [args, said] of [
      [['--minutes', '0'], /--minutes is a number above 0/],
      [['--utilisation', '1.2'], /--utilisation is a number from 0 to 1/],
      [['--policy', 'some'], /--policy is one of all, base/],
      [['--cores', '1.5'], /--cores is a whole number/],
      [['--speeds', 'a.json', '--measure'], /one of them/],
      [['--speeds', join(path, 'absent.json')], /--speeds .*absent\.json/],
    ] as const) {
      const { code, stderr } = await run(['plan', ...args])
      assert.equal(code, 2, stderr)
      assert.match(stderr, said)
    }
    writeFileSync(join(path, 'speeds.json'), '{"of":"x","cores":2}')
    assert.equal((await run(['plan', '--speeds', 'speeds.json'])).code, 2)
  }))

test('a measurement here can be given to another run', () =>
  withHome(async ({ run, path }) => {
    const measured = await run(['plan', '--measure', '--sample', makeClip({ seconds: 5 }), '--json'])
    assert.equal(measured.code, 0, measured.stderr)
    const { speeds, encoders } = JSON.parse(measured.stdout)
    assert.ok(speeds.cpu.opening > 0 && speeds.cpu.all > 0 && speeds.bits.all > 0 && speeds.cpu.sound > 0, measured.stdout)
    writeFileSync(join(path, 'speeds.json'), measured.stdout)
    const again = await run(['plan', '--speeds', 'speeds.json', '--json'])
    assert.deepEqual(JSON.parse(again.stdout).encoders, encoders)
  }))

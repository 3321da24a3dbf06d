/** Processor time of programs goes to the work that started them. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { accountFor } from '../../src/base/spent-seconds.ts'
import { runTool } from '../../src/media/run.ts'

const busy = () => runTool({ program: '/bin/sh', args: ['-c', 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'], timeoutSeconds: 60 })
const idle = () => runTool({ program: '/bin/sleep', args: ['0.3'], timeoutSeconds: 60 })

test('of two that run side by side each gets its own', { skip: process.platform !== 'linux' && 'there is no /proc' }, async () => {
  const [worked, slept] = await Promise.all([
    accountFor(async (spent) => {
      await busy()
      const once = spent()!
      await busy()
      return [once, spent()!] as const
    }),
    accountFor(async (spent) => {
      await Promise.all([idle(), idle()])
      return spent()!
    }),
  ])
  assert.ok(worked[0] > 0.05, `${worked[0]} s`)
  assert.ok(worked[1] > worked[0] * 1.5, `${worked[1]} s after the second`)
  assert.ok(slept < worked[0], `${slept} s asleep`)
})

test('a program that is not there costs nothing, and leaves the next one its own', { skip: process.platform !== 'linux' && 'there is no /proc' }, async () => {
  const [none, some] = await accountFor(async (spent) => {
    await runTool({ program: 'no-such-program-here', args: [], timeoutSeconds: 5 }).catch(() => {})
    const before = spent()!
    await busy()
    return [before, spent()!] as const
  })
  assert.ok(none < 0.05 && some > none + 0.05, `${none} and ${some} s`)
})

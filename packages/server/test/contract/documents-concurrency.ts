/** The documents contract: many callers at once. */
import { describe, test } from 'node:test'
import assert from 'node:assert/strict'
import { VersionConflict } from '../../src/base/errors.ts'
import { randomId } from '../../src/base/id.ts'
import type { Documents } from '../../src/ports/documents.ts'

export function concurrencyContract(open: () => Documents): void {
  /** How many of the calls won; the others must have met a VersionConflict. */
  const winners = async (calls: Promise<unknown>[]): Promise<number> => {
    const outcomes = await Promise.allSettled(calls)
    for (const one of outcomes) if (one.status === 'rejected') assert.ok(one.reason instanceof VersionConflict, String(one.reason))
    return outcomes.filter((one) => one.status === 'fulfilled').length
  }

  describe('concurrency', () => {
    test('of 100 puts of an absent document exactly one wins', async () => {
      const pk = randomId(16)
      assert.equal(await winners(Array.from({ length: 100 }, (_, index) => open().put('handle', pk, '', index, { ifVersion: 'absent' }))), 1)
    })

    test('of 100 compare-and-sets exactly one wins, and its value is what is stored', async () => {
      const pk = randomId(16)
      const ifVersion = await open().put('video', pk, '', 'start', { ifVersion: 'absent' })
      const calls = Array.from({ length: 100 }, async (_, index) => ({ index, version: await open().put('video', pk, '', index, { ifVersion }) }))
      assert.equal(await winners(calls), 1)
      const winner = await Promise.any(calls)
      assert.deepEqual(await open().get('video', pk), { sk: '', value: winner.index, version: winner.version })
    })

    test('20 counters that re-read after a conflict lose no increment', async () => {
      const pk = randomId(16)
      await open().put('video', pk, '', 0, { ifVersion: 'absent' })
      const increment = async (): Promise<void> => {
        const { value, version } = (await open().get<number>('video', pk))!
        try {
          await open().put('video', pk, '', value + 1, { ifVersion: version })
        } catch (error) {
          if (!(error instanceof VersionConflict)) throw error
          await increment()
        }
      }
      await Promise.all(Array.from({ length: 20 }, increment))
      assert.equal((await open().get('video', pk))!.value, 20)
    })

    test("one caller's conflict does not undo the writes of others in the same moment", async () => {
      const pk = randomId(16)
      await open().put('chunk', pk, 'taken', 1, { ifVersion: 'absent' })
      const calls = Array.from({ length: 60 }, (_, index) =>
        index % 3 === 0 ? open().put('chunk', pk, 'taken', 2, { ifVersion: 'absent' }) : open().put('chunk', pk, `k${index}`, index, { ifVersion: 'absent' }),
      )
      assert.equal(await winners(calls), 40)
      assert.equal((await open().range('chunk', pk)).items.length, 41)
    })
  })
}

/** The fault wrapper, and compare-and-set loops that must survive it: no update is lost or done twice. */
import { test } from 'node:test'
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { DriverUnavailable, VersionConflict } from '../../src/base/errors.ts'
import { openSqliteDocuments } from '../../src/drivers/documents/sqlite/open.ts'
import type { Documents } from '../../src/ports/documents.ts'
import { faulty, seededPlan } from './faults.ts'
import { scratchDirectory } from './scratch-directory.ts'

async function withDocuments(call: (documents: Documents) => Promise<void>): Promise<void> {
  const { path, remove } = await scratchDirectory()
  const documents = await openSqliteDocuments({ path: join(path, 'documents.sqlite') })
  try {
    await call(documents)
  } finally {
    await documents.close()
    await remove()
  }
}

test('a refused call does nothing, a lost answer leaves its effect, a slow call is answered', { timeout: 60_000 }, () =>
  withDocuments(async (documents) => {
    const faults = ['refused', 'lost-answer', { slowMs: 20 }] as const
    const port = faulty(documents, ({ method, number }) => (method === 'put' ? faults[number - 1] : undefined))
    await assert.rejects(port.put('due', 'a', '1', 1), DriverUnavailable)
    await assert.rejects(port.put('due', 'a', '2', 2), DriverUnavailable)
    await port.put('due', 'a', '3', 3)
    assert.deepEqual((await port.range('due', 'a')).items.map((item) => item.sk), ['2', '3'])
  }),
)

test('increments that mark who made them are exact under faults', { timeout: 60_000 }, () =>
  withDocuments(async (documents) => {
    const plan = seededPlan(7, 0.3, ['refused', 'lost-answer', { slowMs: 5 }])
    const port = faulty(documents, plan)
    await documents.put('video', 'counter', '', [], { ifVersion: 'absent' })
    const add = async (name: string): Promise<void> => {
      try {
        const { value, version } = (await port.get<string[]>('video', 'counter'))!
        if (value.includes(name)) return
        await port.put('video', 'counter', '', [...value, name], { ifVersion: version })
      } catch (error) {
        if (!(error instanceof VersionConflict) && !(error instanceof DriverUnavailable)) throw error
        return add(name)
      }
    }
    const names = Array.from({ length: 25 }, (_, index) => `n${index}`)
    await Promise.all(names.map(add))
    const { value } = (await documents.get<string[]>('video', 'counter'))!
    assert.deepEqual(value.toSorted(), names.toSorted())
  }),
)

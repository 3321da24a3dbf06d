/** Whose work is removed at a start: what dead processes left, and never what another container is at. */
import assert from 'node:assert/strict'
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { ownWorkRoot, removeStaleWork } from '../../src/encode/worker/work-directory.ts'
import { scratchDirectory } from '../contract/scratch-directory.ts'

/** Above every system's highest process id. */
const deadPid = 99_999_999
const ownName = basename(ownWorkRoot('/'))
const ofOwnHost = (pid: number): string => ownName.replace(/[0-9]+$/, String(pid))

/** What is left of those directories, each with a file in it, touched `hoursAgo`. */
async function leftOf(t: TestContext, names: string[], hoursAgo = 0): Promise<string[]> {
  const { path: parent, remove } = await scratchDirectory()
  t.after(remove)
  const touched = new Date(Date.now() - hoursAgo * 3_600_000)
  for (const name of names) {
    await mkdir(join(parent, name, 'task-a'), { recursive: true })
    await writeFile(join(parent, name, 'task-a', '360p.mp4'), '')
    await utimes(join(parent, name), touched, touched)
  }
  await removeStaleWork(parent)
  return (await readdir(parent)).toSorted()
}

test('of its own host what belongs to a dead process goes at once, or to the one whose id this process has now', async (t) => {
  assert.match(ownName, new RegExp(`^sluice-[a-z0-9-]+-${process.pid}$`))
  assert.deepEqual(await leftOf(t, [ownName, ofOwnHost(process.ppid), ofOwnHost(deadPid)]), [ofOwnHost(process.ppid)])
})

test('of another host nothing goes that was touched within a day, whatever its process id is here', async (t) => {
  const names = [`sluice-another-host-${process.pid}`, `sluice-another-host-${deadPid}`, `sluice-${deadPid}`, `sluice-${process.pid}`].toSorted()
  assert.deepEqual(await leftOf(t, names, 23), names)
  assert.deepEqual(await leftOf(t, names, 25), [])
})

test('what is not a process’s directory stays', async (t) => {
  const names = ['sluice-another-host', 'somebody-else-7']
  assert.deepEqual(await leftOf(t, names, 25), names)
})

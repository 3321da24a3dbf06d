/** `npm run engines [directory]`: starts all engines on loopback, prints the settings that use them, stops them at Ctrl-C. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { engines } from './all.ts'
import type { Engine } from './engine.ts'

const given = process.argv[2]
const directory = given === undefined ? await mkdtemp(join(tmpdir(), 'sluice-engines-')) : resolve(given)
const running: Engine[] = []
const stop = async (): Promise<void> => {
  while (running.length > 0) await running.pop()!.stop()
  if (given === undefined) await rm(directory, { recursive: true, force: true })
}
const interrupted = new Promise<void>((done) => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => done())
})

try {
  for (const { name, start } of engines) {
    console.log(`engines: starting ${name} …`)
    running.push(await start({ directory }))
  }
  console.log(`\nAll run; their files are in ${directory}. Settings, for sluice.env:\n`)
  for (const [name, value] of running.flatMap(({ settings }) => Object.entries(settings))) console.log(`${name}=${value}`)
  console.log('\nCtrl-C stops them.')
  await interrupted
} catch (error) {
  console.error((error as Error).message)
  process.exitCode = 1
} finally {
  await stop()
}

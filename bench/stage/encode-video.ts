/** Uploads a file to a server of its own and follows it from complete's 200 to `ready`: time and processor time. */
import { join } from 'node:path'
import { ownSeconds, treeSeconds } from '../measure/processor-time.ts'
import { madeOf, type MadeVideo } from './read-video.ts'
import { openStage, type Stage } from './sign-up.ts'
import { untilReady, uploadBySdk } from './upload-file.ts'

export type Spent = {
  /** Of the server and all that it started; `own` of the server's process alone. */
  processorSeconds: number
  ownSeconds: number
  seconds: number
}

export async function encodeVideo(path: string, folder: string, settings: Record<string, string> = {}): Promise<Spent & { made: MadeVideo }> {
  const stage = await openStage(settings)
  const { server } = stage
  try {
    const { id, ...spent } = await encodeOn(stage, path)
    await server.stop()
    return { made: await madeOf(join(server.dataDir, 'data'), id, folder), ...spent }
  } finally {
    await server.dispose()
  }
}

/** The same on a server that runs: the video stays there. */
export async function encodeOn(stage: Stage, path: string): Promise<Spent & { id: string }> {
  const id = await uploadBySdk(stage, { path })
  const pid = stage.server.pid()
  const before = { tree: treeSeconds(pid), own: ownSeconds(pid) }
  const started = performance.now()
  await untilReady(stage, id)
  return { id, processorSeconds: treeSeconds(pid) - before.tree, ownSeconds: ownSeconds(pid) - before.own, seconds: (performance.now() - started) / 1000 }
}

/** Uploads a file to a server of its own and follows it from complete's 200 to `ready`: time and processor time. */
import { join } from 'node:path'
import { createUpload } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { ownSeconds, treeSeconds } from '../measure/processor-time.ts'
import { madeOf, type MadeVideo } from './read-video.ts'
import { openStage } from './sign-up.ts'

export type EncodedVideo = {
  made: MadeVideo
  /** Of the server and all that it started; `own` of the server's process alone. */
  processorSeconds: number
  ownSeconds: number
  seconds: number
}

export async function encodeVideo(path: string, folder: string, settings: Record<string, string> = {}): Promise<EncodedVideo> {
  const { server, client } = await openStage(settings)
  try {
    const source = await fileSource(path)
    const { id } = await createUpload(client, source).start()
    await source.close?.()
    const before = { tree: treeSeconds(server.pid()), own: ownSeconds(server.pid()) }
    const started = performance.now()
    const event = await client.videos.untilPlayable(id, { ready: true, signal: AbortSignal.timeout(900_000) })
    if (event.state !== 'ready') throw new Error(event.failure?.message ?? event.state)
    const processorSeconds = treeSeconds(server.pid()) - before.tree
    const own = ownSeconds(server.pid()) - before.own
    const seconds = (performance.now() - started) / 1000
    await server.stop()
    return { made: await madeOf(join(server.dataDir, 'data'), id, folder), processorSeconds, ownSeconds: own, seconds }
  } finally {
    await server.dispose()
  }
}

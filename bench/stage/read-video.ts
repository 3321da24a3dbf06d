/** What a server made of a video, read from its data directory after it was stopped. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readSettings } from '../../packages/server/src/config/read.ts'
import { initKey } from '../../packages/server/src/domain/keys.ts'
import type { Plan } from '../../packages/server/src/domain/plan.ts'
import { tunedPlan } from '../../packages/server/src/encode/plan/tune.ts'
import { readSlots } from '../../packages/server/src/records/chunk.ts'
import { readPlan } from '../../packages/server/src/records/plan.ts'
import { readVideo } from '../../packages/server/src/records/video.ts'
import { openDrivers } from '../../packages/server/src/roles/open-drivers.ts'
import { quietLog } from '../../packages/server/test/fixtures/quiet-log.ts'


export type MadeVideo = {
  /** With the CRFs that were chosen by samples. */
  plan: Plan
  /** A file for each picture: init segment and all segments. */
  pictures: { renditionId: string; path: string; bytes: number }[]
}

/** Writes the pictures into `folder`. */
export async function madeOf(dataDir: string, videoId: string, folder: string): Promise<MadeVideo> {
  const drivers = await openDrivers(readSettings({ SLUICE_DATA_DIR: dataDir }), { log: quietLog, ownUrl: () => 'http://127.0.0.1:9' })
  try {
    const { documents, objects } = drivers
    const revision = (await readVideo(documents, videoId))!.value.revision!
    const plan = await tunedPlan(drivers, (await readPlan(documents, videoId, revision))!)
    const { slots } = await readSlots(documents, plan)
    const pictures: MadeVideo['pictures'] = []
    for (const { id } of plan.video!.renditions) {
      const pieces = [await objects.get('encoded', initKey(videoId, revision, id))]
      for (const slot of slots.get(id)!) pieces.push(await objects.get('encoded', slot!.key, { start: slot!.offset, end: slot!.offset + slot!.length - 1 }))
      const path = join(folder, `made-${id}.mp4`)
      writeFileSync(path, Buffer.concat(pieces))
      pictures.push({ renditionId: id, path, bytes: pieces.reduce((sum, piece) => sum + piece.length, 0) })
    }
    return { plan, pictures }
  } finally {
    await drivers.close()
  }
}

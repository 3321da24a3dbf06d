/** The plan that a server made for a video, read from its data directory after it was stopped. */
import { readSettings } from '../../packages/server/src/config/read.ts'
import type { Plan } from '../../packages/server/src/domain/plan.ts'
import { readPlan } from '../../packages/server/src/records/plan.ts'
import { readVideo } from '../../packages/server/src/records/video.ts'
import { openDrivers } from '../../packages/server/src/roles/open-drivers.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet }

export async function planOf(dataDir: string, videoId: string): Promise<Plan> {
  const drivers = await openDrivers(readSettings({ SLUICE_DATA_DIR: dataDir }), { log: quiet, ownUrl: () => 'http://127.0.0.1:9' })
  try {
    const video = await readVideo(drivers.documents, videoId)
    return (await readPlan(drivers.documents, videoId, video!.value.revision!))!
  } finally {
    await drivers.close()
  }
}

/** Puts many videos into a stopped installation's documents: listed and playable by what the api knows, without a byte of film. */
import { readSettings } from '../../packages/server/src/config/read.ts'
import { newId, newRevision } from '../../packages/server/src/domain/keys.ts'
import { listInChannel, listInLatest } from '../../packages/server/src/records/listing.ts'
import { createManifestVersion, createPlan } from '../../packages/server/src/records/plan.ts'
import { createVideo } from '../../packages/server/src/records/video.ts'
import { openDrivers, type Drivers } from '../../packages/server/src/roles/open-drivers.ts'
import { quietLog } from '../../packages/server/test/fixtures/quiet-log.ts'
import { atOnce } from '../measure/at-once.ts'
import { planOf, videoOf } from './stored-video.ts'

const putsAtOnce = 256
const monthMs = 30 * 86_400_000

/** Their ids. Completed evenly over the last thirty days. `settings` are those of the installation. */
export async function storeVideos(settings: Record<string, string>, count: number): Promise<string[]> {
  const drivers = await openDrivers(readSettings(settings), { log: quietLog, ownUrl: () => 'http://127.0.0.1:9' })
  const ids: string[] = []
  try {
    const startMs = Date.now() - monthMs
    await atOnce(count, putsAtOnce, async (index) => ids.push(await storeOne(drivers, startMs + (index / count) * monthMs)))
  } finally {
    await drivers.close()
  }
  return ids
}

async function storeOne({ documents }: Drivers, completedMs: number): Promise<string> {
  const plan = planOf(newId(), newRevision(), 8)
  const video = videoOf(plan, Math.floor(completedMs))
  await Promise.all([
    createPlan(documents, plan),
    createManifestVersion(documents, video.id, plan.revision, { version: 1, createdAt: video.createdAt, renditionIds: video.completeRenditions ?? [] }),
    createVideo(documents, video),
  ])
  await Promise.all([listInChannel(documents, video), listInLatest(documents, video)])
  return video.id
}

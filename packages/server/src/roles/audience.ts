/** The audience's routes over the documents: reports are taken, counted, and written every few seconds. */
import type { AudienceDeps } from '../audience/deps.ts'
import { registerAudienceRoutes } from '../audience/routes.ts'
import { openReportIntake } from '../audience/take-reports.ts'
import type { App } from '../http/app.ts'
import { openGatheredCounts } from '../records/gathered-counts.ts'

export type AudienceOptions = Omit<AudienceDeps, 'gathered'> & {
  /** A video's views in one shard have passed a power of two: so seldom that something may be looked up. */
  onGrowth?: (videoId: string) => Promise<void>
  /** They have grown by a tenth: enough to be seen in an order. */
  onViews?: (videoId: string) => Promise<void>
  everyMs?: number
}

/** `close` writes what was taken. */
export function openAudience({ onGrowth, onViews, everyMs, ...deps }: AudienceOptions) {
  const { documents, log } = deps
  const gathered = openGatheredCounts({
    documents,
    log,
    everyMs,
    onWritten({ table, pk: videoId }, { views = 0 }, { views: added = 0 }) {
      if (table !== 'viewShard' || added === 0) return
      const tell = (listener: ((videoId: string) => Promise<void>) | undefined, factor: number) => {
        if (powerBelow(views, factor) === powerBelow(views - added, factor)) return
        listener?.(videoId).catch((error: unknown) => log.warn({ err: error, videoId }, 'a video that grew was not looked at; done when it grows again'))
      }
      tell(onGrowth, 2)
      tell(onViews, 1.1)
    },
  })
  const intake = openReportIntake({ ...deps, gathered })
  const flush = async (): Promise<void> => {
    await intake.drain()
    await gathered.flush()
  }
  return {
    register: (app: App) => registerAudienceRoutes(app, { ...deps, intake }),
    flush,
    async close(): Promise<void> {
      await intake.drain()
      await gathered.close()
    },
  }
}

const powerBelow = (count: number, factor: number): number => Math.floor(Math.log(count) / Math.log(factor))

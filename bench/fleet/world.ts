/** What is around the encoders: stores, queue, and the films that are uploaded, with what became of them. */
import { quietLog } from '../../packages/server/test/fixtures/quiet-log.ts'
import { seededRandom } from '../../packages/server/test/e2e/seeded-random.ts'
import { newId, sourceKey } from '../../packages/server/src/domain/keys.ts'
import { taskOf } from '../../packages/server/src/domain/messages.ts'
import type { Plan } from '../../packages/server/src/domain/plan.ts'
import type { Video } from '../../packages/server/src/domain/video.ts'
import type { EncodeLimits } from '../../packages/server/src/encode/deps.ts'
import { minuteOf, writeDue } from '../../packages/server/src/records/due.ts'
import { createVideo } from '../../packages/server/src/records/video.ts'
import { openFleetQueue } from './fleet-queue.ts'
import type { Film } from './media-room.ts'
import { openMemoryDocuments } from './memory-documents.ts'
import { openMemoryObjects } from './memory-objects.ts'
import type { Scenario } from './scenario.ts'

export type UploadedFilm = Film & { id: string; uploadedAtMs: number; playableAtMs?: number; endedAtMs?: number; revision?: string }
type Listener = (film: UploadedFilm) => void
export type World = ReturnType<typeof openWorld>

/** Long after the last task of a video: what is not read any more need not be kept. */
const keptMs = 10 * 60_000

export function openWorld({ seed, shards, cores, eager, faults }: Scenario) {
  const random = seededRandom(seed + 1)
  const documents = openMemoryDocuments()
  const objects = openMemoryObjects({ random, faultShare: faults.storeShare })
  const queue = openFleetQueue({ shards, random })
  const films = new Map<string, UploadedFilm>()
  const listeners = { playable: [] as Listener[], ready: [] as Listener[], failed: [] as Listener[] }
  const tell = (event: keyof typeof listeners, film: UploadedFilm): void => listeners[event].forEach((listener) => listener(film))

  documents.onPut = (table, value) => {
    if (table !== 'video') return
    const video = value as Video
    const film = films.get(video.id)
    if (!film) return
    film.revision = video.revision
    if (video.playableAt !== undefined && film.playableAtMs === undefined) {
      film.playableAtMs = performance.now()
      tell('playable', film)
    }
    if (film.endedAtMs !== undefined || (video.state !== 'ready' && video.state !== 'failed')) return
    film.endedAtMs = performance.now()
    tell(video.state, film)
    setTimeout(() => forget(film), keptMs)
  }

  function forget({ id, revision }: UploadedFilm): void {
    films.delete(id)
    objects.drop(id)
    for (const table of ['video', 'claim']) documents.drop(table, id)
    for (const table of ['plan', 'manifest', 'chunk', 'demand']) documents.drop(table, `${id}/${revision}`)
  }

  const limits: EncodeLimits = {
    // As many bulk tasks as keep all cores busy: much of what follows `ready` uses one.
    slots: Math.max(1, Math.floor(cores / 2)), videosPerAccount: 4, preset: 'veryfast', cores, eager, lazyFill: 'views', maxDurationSeconds: 12 * 3600, sweepGraceMinutes: 1440, fastDue: false, workRoot: '/nowhere',
    upgrade: { av1: 'never', opus: 'always', prices: { egressPerGigabyte: 0.02, cpuPerHour: 0.04 } },
  }

  return {
    documents, objects, queue, random, films, limits, listeners,
    log: quietLog,
    signals: { publish: async () => {}, subscribe: () => () => {}, ping: async () => {}, close: async () => {} },
    filmOf: (videoId: string): Film | undefined => films.get(videoId),
    planOf: ({ id, revision }: UploadedFilm): Plan | undefined => (revision === undefined ? undefined : documents.peek<Plan>('plan', `${id}/${revision}`)),
    hangShare: faults.hangShare,

    /** As the end of an upload leaves it (upload/finish.ts). */
    async upload({ seconds, difficulty, accountId }: { seconds: number; difficulty: number; accountId: string }): Promise<UploadedFilm> {
      const id = newId()
      const uploadId = newId()
      const now = Date.now()
      const film: UploadedFilm = { id, seconds, difficulty, made: new Set(), uploadedAtMs: performance.now() }
      films.set(id, film)
      await writeDue(documents, { kind: 'video', id, atMinute: minuteOf(now) + 1 })
      await createVideo(documents, {
        id, accountId, uploadId, title: 'film', description: '', visibility: 'public', state: 'inspecting', warnings: [], progress: 0, completeRenditions: [],
        createdAt: now, completedAt: now, source: { key: sourceKey(id, uploadId), fileName: 'film.mp4', sizeBytes: Math.ceil(seconds * 1e6) },
      })
      await queue.enqueue(taskOf({ kind: 'inspect', videoId: id }))
      return film
    },
  }
}

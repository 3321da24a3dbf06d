/** A video as the API shows it. */
import type { Rendition, Video as WireVideo } from '@sluice/contract'
import { posterPath, publicPosterPath } from '../domain/keys.ts'
import type { Plan } from '../domain/plan.ts'
import { rateOf } from '../domain/rate.ts'
import type { Video } from '../domain/video.ts'
import { readAccount } from '../records/account.ts'
import { readChapters } from '../records/chapters.ts'
import { readManifestVersion, readPlan } from '../records/plan.ts'
import type { CatalogDeps } from './deps.ts'
import { hasRevision } from './posters.ts'
import { isOwner, type Viewer } from './see.ts'

type Deps = Pick<CatalogDeps, 'documents' | 'cache' | 'signPath'>

/** Plans and handles never change: cached for as long as it is worth. */
const cachedSeconds = 3600

/** What the owner alone sees is left out for others. */
export async function presentVideo(deps: Deps, video: Video, viewer: Viewer): Promise<WireVideo> {
  const [handle, renditions, measured] = await Promise.all([
    handleOf(deps, video.accountId),
    renditionsOf(deps, video),
    isOwner(video, viewer) ? measuredOf(deps, video) : new Map<string, Measured>(),
  ])
  const complete = new Set(video.completeRenditions)
  const posterUrl = posterUrlOf(deps, video, viewer)
  return {
    id: video.id,
    channel: { id: video.accountId, handle },
    title: video.title,
    description: video.description,
    visibility: video.visibility,
    state: video.state,
    progress: Math.min(1, Math.max(0, video.revision ? video.progress : (video.remux?.share ?? 0))),
    createdAt: video.createdAt,
    ...defined({ durationSeconds: video.durationSeconds, width: video.width, height: video.height, frameRate: video.frameRate }),
    renditions: renditions.map((rendition) => ({ ...rendition, complete: complete.has(rendition.id), ...measured.get(rendition.id) })),
    ...(posterUrl === undefined ? {} : { posterUrl }),
    ...(isOwner(video, viewer) ? { fileName: video.source.fileName, sizeBytes: video.source.sizeBytes, uploadId: video.uploadId } : {}),
    ...defined({ failure: video.failure, failureDetail: isOwner(video, viewer) || viewer?.isAdmin ? video.failureDetail : undefined }),
    downloadable: video.downloadable ?? false,
    warnings: video.warnings,
  }
}

type Measured = Pick<Rendition, 'averageBitsPerSecond' | 'peakBitsPerSecond' | 'ssim'>

/** What was measured so far, by rendition id. */
async function measuredOf({ documents }: Deps, video: Video): Promise<Map<string, Measured>> {
  if (video.revision === undefined || video.completeRenditions.length === 0) return new Map()
  const rates = (await readManifestVersion(documents, video.id, video.revision, video.manifestVersion ?? 1))?.rates
  return new Map(video.completeRenditions.map((id) => [id, { ...rates?.[id], ...defined({ ssim: video.quality?.[id] }) }]))
}

/** The video with what is read for it alone, not in lists. */
export async function presentWhole(deps: Deps, video: Video, viewer: Viewer): Promise<WireVideo> {
  const [presented, chapters] = await Promise.all([presentVideo(deps, video, viewer), readChapters(deps.documents, video.id)])
  return { ...presented, chapters }
}

/** Stable and open but for private videos. The owner's own is signed where that shows a picture that others can't see, or not at once. */
function posterUrlOf(deps: Deps, video: Video, viewer: Viewer): string | undefined {
  const { id, posterKey, posterChosen, visibility } = video
  if (posterKey === undefined) return undefined
  const isPrivate = visibility === 'private'
  if (viewer && isOwner(video, viewer) && (isPrivate || posterChosen) && hasRevision(video)) return deps.signPath(video, viewer, posterPath(id, video.revision, posterKey))
  return isPrivate ? undefined : publicPosterPath(id)
}

/** The renditions of a plan, the largest picture first, then the sound. Pure. */
export function presentRenditions(plan: Plan): Omit<Rendition, 'complete'>[] {
  const video = (plan.video?.renditions ?? []).toSorted((a, b) => b.height - a.height || b.capBitsPerSecond - a.capBitsPerSecond)
  return [
    ...video.map(({ id, codecs, width, height, rate, capBitsPerSecond }) => ({
      id,
      kind: 'video' as const,
      codecs,
      width,
      height,
      frameRate: rateOf(rate),
      bitsPerSecond: capBitsPerSecond,
    })),
    ...plan.audio.map(({ id, codecs, bitsPerSecond, language }) => ({ id, kind: 'audio' as const, codecs, bitsPerSecond, language })),
  ]
}

async function renditionsOf({ documents, cache }: Deps, video: Video): Promise<Omit<Rendition, 'complete'>[]> {
  if (video.revision === undefined) return []
  // A tier joins the plan before the manifest lists it.
  const key = `renditions:${video.id}/${video.revision}/${video.manifestVersion ?? 0}`
  const cached = await cache.get<Omit<Rendition, 'complete'>[]>(key)
  if (cached) return cached
  const plan = await readPlan(documents, video.id, video.revision)
  if (!plan) return []
  const renditions = presentRenditions(plan)
  await cache.set(key, renditions, cachedSeconds)
  return renditions
}

async function handleOf({ documents, cache }: Deps, accountId: string): Promise<string> {
  const key = `handle:${accountId}`
  const cached = await cache.get<string>(key)
  if (cached !== undefined) return cached
  const handle = (await readAccount(documents, accountId))?.handle ?? ''
  await cache.set(key, handle, cachedSeconds)
  return handle
}

function defined<T extends object>(fields: T): Partial<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Partial<T>
}

/** Which stored object a delivery path beside the segments names: only what the video's document lists is served. Pure. */
import { sheetCount } from '../../domain/extras.ts'
import { captionKey, storyboardKey, type DeliveryPath } from '../../domain/keys.ts'
import type { Video } from '../../domain/video.ts'
import { ProblemError } from '../../http/problem.ts'

export type ExtraObject = { key: string; mediaType: string }

/** Undefined for paths of another kind. Problem: not_found where the video has no such thing (any more). */
export function extraObject(wanted: DeliveryPath, video: Video): ExtraObject | undefined {
  switch (wanted.kind) {
    case 'poster': {
      const keys = [video.posterKey, ...(video.posterCandidates ?? []).map(({ key }) => key)]
      return jpeg(keys.find((key) => key?.endsWith(`/poster-${wanted.attempt}.jpg`)))
    }
    case 'storyboard-sheet': {
      const { storyboard } = video
      const isThere = storyboard?.attempt === wanted.attempt && wanted.sheet < sheetCount(storyboard)
      return jpeg(isThere ? storyboardKey(video.id, wanted.revision, wanted.attempt, wanted.sheet) : undefined)
    }
    case 'caption': {
      const isThere = video.captions?.some(({ attempt }) => attempt === wanted.attempt)
      return object(isThere ? captionKey(video.id, wanted.attempt) : undefined, 'text/vtt; charset=utf-8')
    }
    default:
      return undefined
  }
}

const jpeg = (key: string | undefined): ExtraObject => object(key, 'image/jpeg')

function object(key: string | undefined, mediaType: string): ExtraObject {
  if (key === undefined) throw new ProblemError('not_found')
  return { key, mediaType }
}

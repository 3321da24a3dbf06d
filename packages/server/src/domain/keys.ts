/** The object-key grammar, and the paths that viewers ask for. Nothing else builds or parses a key. */
import { randomId } from '../base/id.ts'

/** Video, upload and account ids: 16 characters of [0-9a-z], 82 bits. */
export const newId = (): string => randomId(16)
/** Whether that text can be such an id: anything else is looked up nowhere. */
export const isId = (text: string): boolean => /^[0-9a-z]{16}$/.test(text)
/** An encode revision: its random id is its object prefix, so rival inspections never write to the same keys. */
export const newRevision = (): string => randomId(8)
/** An attempt at a task; part of every object key that the attempt writes (DESIGN §2.3). */
export const newAttempt = (): string => randomId(8)

/** Raw bucket: the uploaded file, never changed. */
export const sourceKey = (videoId: string, uploadId: string): string => `v/${videoId}/${uploadId}`
/** The upload's id in that key of the raw bucket; undefined for any other. */
export const uploadOfSource = (key: string): string | undefined => /^v\/[0-9a-z]{16}\/([0-9a-z]{16})$/.exec(key)?.[1]

/** Raw bucket: the same packets in a container that can be sought in, for sources that can't. */
export const seekableKey = (videoId: string, attempt: string): string => `v/${videoId}/seekable-${attempt}.mkv`
/** Whether that key of the raw bucket is such a copy. */
export const isSeekableKey = (key: string): boolean => /^v\/[0-9a-z]{16}\/seekable-[0-9a-z]{8}\.mkv$/.test(key)

/** Both buckets: everything of a video lies under this prefix. */
export const videoPrefix = (videoId: string): string => `v/${videoId}/`
/** The video below whose prefix the key lies, in either bucket. */
export const videoOfKey = (key: string): string | undefined => /^v\/([0-9a-z]{16})\//.exec(key)?.[1]
/** Encoded bucket: everything of one encode revision. */
export const revisionPrefix = (videoId: string, revision: string): string => `v/${videoId}/${revision}/`
/** Encoded bucket: ftyp + moov of a rendition. */
export const initKey = (videoId: string, revision: string, renditionId: string): string =>
  `${revisionPrefix(videoId, revision)}${renditionId}/init.mp4`
/** Encoded bucket: consecutive segments of one rendition made by one attempt. `first` is the first segment's number. */
export const segmentsKey = (videoId: string, revision: string, renditionId: string, first: number, attempt: string): string =>
  `${revisionPrefix(videoId, revision)}${renditionId}/${String(first).padStart(6, '0')}-${attempt}.m4s`
/** Encoded bucket: the poster picture. */
export const posterKey = (videoId: string, revision: string, attempt: string): string =>
  `${revisionPrefix(videoId, revision)}poster-${attempt}.jpg`
/** The attempt in a poster's key. */
export const posterAttempt = (key: string): string | undefined => /\/poster-([0-9a-z]{8})\.jpg$/.exec(key)?.[1]
/** Encoded bucket: a sheet of storyboard pictures, numbered from 0. */
export const storyboardKey = (videoId: string, revision: string, attempt: string, sheet: number): string =>
  `${revisionPrefix(videoId, revision)}storyboard-${attempt}/${sheet}.jpg`
/** Encoded bucket: a WebVTT file. It belongs to the video, not to an encode of it. */
export const captionKey = (videoId: string, attempt: string): string => `${videoPrefix(videoId)}captions/${attempt}.vtt`

/** What an object of the encoded bucket is. `first`: the number of its first segment. */
export type EncodedKey =
  | { kind: 'init'; videoId: string; revision: string; renditionId: string }
  | { kind: 'segments'; videoId: string; revision: string; renditionId: string; first: number }
  | { kind: 'poster'; videoId: string; revision: string }
  | { kind: 'storyboard'; videoId: string; revision: string; attempt: string }
  | { kind: 'caption'; videoId: string; attempt: string }

const objectKey = /^v\/([0-9a-z]{16})\/([0-9a-z]{8})\/(?:([a-z0-9-]{1,32})\/(?:(init\.mp4)|([0-9]{6,7})-[0-9a-z]{8}\.m4s)|poster-[0-9a-z]{8}\.jpg)$/
const storyboardObject = /^v\/([0-9a-z]{16})\/([0-9a-z]{8})\/storyboard-([0-9a-z]{8})\/(?:0|[1-9][0-9]{0,2})\.jpg$/
const captionObject = /^v\/([0-9a-z]{16})\/captions\/([0-9a-z]{8})\.vtt$/

/** Parses a key of the encoded bucket; undefined for one that nothing here makes. */
export function parseEncodedKey(key: string): EncodedKey | undefined {
  const sheet = storyboardObject.exec(key)
  if (sheet) return { kind: 'storyboard', videoId: sheet[1]!, revision: sheet[2]!, attempt: sheet[3]! }
  const caption = captionObject.exec(key)
  if (caption) return { kind: 'caption', videoId: caption[1]!, attempt: caption[2]! }
  const m = objectKey.exec(key)
  if (!m) return undefined
  const of = { videoId: m[1]!, revision: m[2]! }
  if (!m[3]) return { kind: 'poster', ...of }
  return m[4] ? { kind: 'init', ...of, renditionId: m[3] } : { kind: 'segments', ...of, renditionId: m[3], first: Number(m[5]) }
}

/** What a delivery path below `/v/<videoId>/` names. */
export type DeliveryPath =
  | { kind: 'dash'; videoId: string; revision: string; version: number }
  | { kind: 'hls-master'; videoId: string; revision: string; version: number }
  | { kind: 'hls-media'; videoId: string; revision: string; version: number; renditionId: string }
  | { kind: 'init'; videoId: string; revision: string; renditionId: string }
  | { kind: 'segment'; videoId: string; revision: string; renditionId: string; number: number }
  | { kind: 'hls-captions'; videoId: string; revision: string; version: number; attempt: string }
  | { kind: 'poster'; videoId: string; revision: string; attempt: string }
  | { kind: 'storyboard'; videoId: string; revision: string; attempt: string }
  | { kind: 'storyboard-sheet'; videoId: string; revision: string; attempt: string; sheet: number }
  | { kind: 'caption'; videoId: string; revision: string; attempt: string }

const ids = '/v/([0-9a-z]{16})/([0-9a-z]{8})'
const manifestPath = new RegExp(`^${ids}/m([1-9][0-9]{0,5})/(?:(manifest\\.mpd)|(master\\.m3u8)|([a-z0-9-]{1,32})\\.m3u8)$`)
const renditionPath = new RegExp(`^${ids}/([a-z0-9-]{1,32})/(?:(init\\.mp4)|(0|[1-9][0-9]{0,6})\\.m4s)$`)
const extraPath = new RegExp(
  `^${ids}/(?:poster-([0-9a-z]{8})\\.jpg|storyboard-([0-9a-z]{8})/(?:(index\\.vtt)|(0|[1-9][0-9]{0,2})\\.jpg)|captions/([0-9a-z]{8})\\.vtt|m([1-9][0-9]{0,5})/captions/([0-9a-z]{8})\\.m3u8)$`,
)

/** Parses the path without its `/p/<token>` part; undefined when it is outside the grammar. */
export function parseDeliveryPath(path: string): DeliveryPath | undefined {
  let m = renditionPath.exec(path)
  if (m) {
    const of = { videoId: m[1]!, revision: m[2]!, renditionId: m[3]! }
    return m[4] ? { kind: 'init', ...of } : { kind: 'segment', ...of, number: Number(m[5]) }
  }
  m = manifestPath.exec(path)
  if (m) {
    const of = { videoId: m[1]!, revision: m[2]!, version: Number(m[3]) }
    if (m[4]) return { kind: 'dash', ...of }
    return m[5] ? { kind: 'hls-master', ...of } : { kind: 'hls-media', ...of, renditionId: m[6]! }
  }
  return parseExtraPath(path)
}

function parseExtraPath(path: string): DeliveryPath | undefined {
  const m = extraPath.exec(path)
  if (!m) return undefined
  const [, videoId, revision, poster, storyboard, index, sheet, caption, version, captions] = m
  const of = { videoId: videoId!, revision: revision! }
  if (poster) return { kind: 'poster', ...of, attempt: poster }
  if (storyboard && index) return { kind: 'storyboard', ...of, attempt: storyboard }
  if (storyboard) return { kind: 'storyboard-sheet', ...of, attempt: storyboard, sheet: Number(sheet) }
  if (caption) return { kind: 'caption', ...of, attempt: caption }
  return { kind: 'hls-captions', ...of, version: Number(version), attempt: captions! }
}

/** Asked for below a prefix of its own, which no playback token opens. */
export type DownloadPath = { videoId: string; revision: string; renditionId: string }
const downloadPattern = /^\/d\/([0-9a-z]{16})\/([0-9a-z]{8})\/([a-z0-9-]{1,32})\.mp4$/

/** Parses the path without its `/p/<token>` part; undefined when it is no download's. */
export function parseDownloadPath(path: string): DownloadPath | undefined {
  const m = downloadPattern.exec(path)
  return m ? { videoId: m[1]!, revision: m[2]!, renditionId: m[3]! } : undefined
}

/** The prefix that a download token opens. */
export const downloadPrefix = (videoId: string, revision: string): string => `/d/${videoId}/${revision}/`
export const downloadPath = (videoId: string, revision: string, renditionId: string): string => `${downloadPrefix(videoId, revision)}${renditionId}.mp4`

/** A segment's delivery path. */
export const segmentPath = (of: { videoId: string; revision: string; renditionId: string }, number: number): string =>
  `${playbackPrefix(of.videoId, of.revision)}${of.renditionId}/${number}.m4s`
/** The prefix that a playback token opens: its first three path elements (DESIGN §4). */
export const playbackPrefix = (videoId: string, revision: string): string => `/v/${videoId}/${revision}/`
export const dashPath = (videoId: string, revision: string, version: number): string => `${playbackPrefix(videoId, revision)}m${version}/manifest.mpd`
export const hlsPath = (videoId: string, revision: string, version: number): string => `${playbackPrefix(videoId, revision)}m${version}/master.m3u8`
/** Of the poster picture with that object key, and of the others that its owner may choose from. */
export const posterPath = (videoId: string, revision: string, key: string): string =>
  `${playbackPrefix(videoId, revision)}${key.slice(key.lastIndexOf('/') + 1)}`
export const storyboardPath = (videoId: string, revision: string, attempt: string): string =>
  `${playbackPrefix(videoId, revision)}storyboard-${attempt}/index.vtt`
export const captionPath = (videoId: string, revision: string, attempt: string): string => `${playbackPrefix(videoId, revision)}captions/${attempt}.vtt`
/** Unsigned and stable, for public and unlisted videos. */
export const publicPosterPath = (videoId: string): string => `/posters/${videoId}.jpg`
/** From a manifest (in `m<version>/`) to an init segment, a segment or a media playlist: relative, so that the token is inherited. */
export const initHref = (renditionId: string): string => `../${renditionId}/init.mp4`
export const captionHref = (attempt: string): string => `../captions/${attempt}.vtt`
/** A playlist of captions, from the master playlist. */
export const captionPlaylistHref = (attempt: string): string => `captions/${attempt}.m3u8`
export const segmentHref = (renditionId: string, number: number | string): string => `../${renditionId}/${number}.m4s`

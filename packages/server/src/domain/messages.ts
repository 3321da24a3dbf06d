/** Every queue message and every signal. Features meet here; they never import each other. */
import type { Priority, Task } from '../ports/queue.ts'

export type Message =
  /** Inspect the source, fix the plan, publish the first manifest, enqueue the rest. `again`: what is planned is enqueued once more. */
  | { kind: 'inspect'; videoId: string; again?: boolean }
  /** Copy a source that can't be sought in into a container with an index; then inspect the copy. */
  | { kind: 'remux'; videoId: string }
  /** The first seconds of the lowest rendition and of the audio: what makes a video playable. */
  | { kind: 'opening'; videoId: string; revision: string }
  /**
   * One chunk of video renditions, decoded once: those named, else all that are made without being asked for.
   * `background`: nobody waits, and nothing depends on it.
   */
  | { kind: 'chunk'; videoId: string; revision: string; chunk: number; renditionIds?: string[]; background?: boolean }
  /** A part of one audio track, some minutes long: the first one by default. `background` as for chunks. */
  | { kind: 'audio'; videoId: string; revision: string; renditionId: string; part?: number; background?: boolean }
  /** One segment that a viewer waits for. */
  | { kind: 'segment'; videoId: string; revision: string; renditionId: string; number: number }
  | { kind: 'poster'; videoId: string; revision: string }
  /** Something that a video can do without, made when it is ready. */
  | { kind: 'extra'; videoId: string; revision: string; extra: Extra }
  /** Decide whether a ready video gets further codecs, plan them, enqueue their work. */
  | { kind: 'upgrade'; videoId: string; revision: string }
  /** Removes what nothing refers to below a video's prefix. */
  | { kind: 'sweep'; videoId: string }

export const extras = ['storyboard', 'captions', 'texts', 'posters', 'loudness', 'quality', 'transcript'] as const
export type Extra = (typeof extras)[number]

const priorities: Record<Message['kind'], Priority> = { segment: 0, inspect: 1, remux: 1, opening: 1, audio: 1, poster: 1, chunk: 2, extra: 3, upgrade: 3, sweep: 3 }

const backgroundPriority: Priority = 3

/** The queue task of a message, with the priority of its kind. */
export function taskOf(message: Message, delaySeconds?: number): Task<Message> {
  // The first minutes of sound are wanted at once, the others are part of the bulk.
  const isLater = message.kind === 'audio' && (message.part ?? 0) > 0
  const inBackground = (message.kind === 'chunk' || message.kind === 'audio') && message.background
  const priority = inBackground ? backgroundPriority : isLater ? priorities.chunk : priorities[message.kind]
  return { body: message, priority, videoId: message.videoId, delaySeconds }
}

const videoId = /^[0-9a-z]{16}$/
const revision = /^[0-9a-z]{8}$/
const isIds = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'string')
const isNumber = (value: unknown): boolean => Number.isSafeInteger(value) && (value as number) >= 0

/** The message in a task's body, or undefined for anything else: a queue may hold what another version put there. */
export function parseMessage(body: unknown): Message | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const { kind, ...fields } = body as Record<string, unknown>
  if (typeof kind !== 'string' || !Object.hasOwn(priorities, kind) || !videoId.test(String(fields['videoId']))) return undefined
  if (kind === 'inspect' || kind === 'remux' || kind === 'sweep') return body as Message
  if (!revision.test(String(fields['revision']))) return undefined
  if ((kind === 'audio' || kind === 'segment') && typeof fields['renditionId'] !== 'string') return undefined
  if (kind === 'audio' && fields['part'] !== undefined && !isNumber(fields['part'])) return undefined
  if (kind === 'chunk' && !isNumber(fields['chunk'])) return undefined
  if (kind === 'chunk' && fields['renditionIds'] !== undefined && !isIds(fields['renditionIds'])) return undefined
  if (kind === 'extra' && !extras.includes(fields['extra'] as Extra)) return undefined
  if (kind === 'segment' && !isNumber(fields['number'])) return undefined
  return body as Message
}

/** Published on `videoTopic(videoId)`. */
export type VideoSignal =
  /** Slots of a rendition's segments [from, to) were committed. */
  | { kind: 'slots'; revision: string; renditionId: string; from: number; to: number }
  /** The video's document changed (state, progress, manifest version): re-read it. */
  | { kind: 'video' }

export const videoTopic = (videoId: string): string => `video.${videoId}`

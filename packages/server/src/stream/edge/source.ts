/** What an edge gets from behind it: storage, or another edge. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Answer, Asked } from '../../http/lean/answer.ts'
import type { Opened } from '../sign/verified-tokens.ts'

/** A token that verified, and the path that it opened. */
export type OpenedPath = Extract<Opened, { ok: true }>

/** Problems are thrown as ProblemError, stores that are away as DriverUnavailable. */
export type EdgeSource = {
  /** Whether what is in memory under this path may go out now, as far as is known without asking anybody. */
  admits(opened: OpenedPath): boolean
  /** What is not in memory, or may only go out after a look behind. */
  deliver(asked: Asked, opened: OpenedPath): Promise<Answer>
  /** `/posters/…`. */
  poster(asked: Asked, path: string): Promise<Answer>
  /** Sends the whole answer itself; rejects only before the first byte. */
  download(request: IncomingMessage, response: ServerResponse, opened: OpenedPath): Promise<void>
  close(): void
}

/** Of `/v/<id>/…`, a path that was asked for before or whose token verified: ids have fixed places. */
export const videoIdIn = (path: string): string => path.slice(3, 19)

/** What follows the `?`, as it came. */
export const queryOf = ({ url }: Asked): string => url.slice(url.indexOf('?') + 1 || url.length)

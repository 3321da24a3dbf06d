/** What the listener offers a request to before Fastify: bytes that need no framework (objects, segments, posters). */
import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * True when the request is taken: the handler answers it, later if need be. It decides synchronously, by the URL's prefix.
 * It must not reject: errors are rendered with `sendProblem`.
 */
export type RawHandler = (request: IncomingMessage, response: ServerResponse) => boolean

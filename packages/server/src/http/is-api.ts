/** Whether a request is one to the API. */
import type { FastifyRequest } from 'fastify'

/** By the route that it reached, whose path was decoded: `/%61pi/` reaches the API too. Without a route, by what was written. */
export const isApi = (request: FastifyRequest): boolean => (request.routeOptions.url ?? request.url).startsWith('/api/')

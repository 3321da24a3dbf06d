/** The site's files: hashed assets for ever, the page for every other path of the app, always fresh. */
import { existsSync } from 'node:fs'
import { join, sep } from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyInstance } from 'fastify'
import { replyProblem } from './errors.ts'
import { ProblemError } from './problem.ts'

/** Serves `directory` when it holds a built site; answers 404 as a problem otherwise and for everything below /api/. */
export async function registerStaticSite(app: FastifyInstance, directory: string): Promise<void> {
  const built = existsSync(join(directory, 'index.html'))
  if (built) {
    await app.register(fastifyStatic, {
      root: directory,
      wildcard: true,
      index: 'index.html',
      preCompressed: true,
      cacheControl: false,
      setHeaders: (reply, path) => {
        const hashed = path.includes(`${sep}assets${sep}`)
        void reply.header('cache-control', hashed ? 'public, max-age=31536000, immutable' : 'no-cache')
      },
    })
  }
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0]!
    const isPage = (request.method === 'GET' || request.method === 'HEAD') && !path.startsWith('/api/') && !/\.[a-z0-9]+$/i.test(path)
    if (built && isPage) return reply.sendFile('index.html')
    return replyProblem(reply, new ProblemError('not_found'))
  })
}

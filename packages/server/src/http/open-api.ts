/** The OpenAPI 3.1 description, written from the routes' schemas. */
import swagger from '@fastify/swagger'
import { problems } from '@sluice/contract'
import { Type } from 'typebox'
import type { App } from './app.ts'
import { tidyOpenApi } from './tidy-open-api.ts'

/** Registered before the routes, so that it sees them. */
export async function registerOpenApi(app: App): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Sluice',
        version: '1',
        description:
          'Upload videos of any size and stream them. Changes only by addition. Errors are problem details (RFC 9457) with a stable `code`.',
      },
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer' },
          cookie: { type: 'apiKey', in: 'cookie', name: 'sluice_session' },
        },
      },
    },
  })
  app.get('/api/v1/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
    reply.header('content-type', 'application/json').send(JSON.stringify(openApiOf(app))),
  )
}

/** The document of all routes that the app has; only after it is ready. */
export const openApiOf = (app: App): object => tidyOpenApi(app.swagger(), ProblemAnswer)

/** Every error answer, for a route's `response` under `4xx`. */
export const ProblemAnswer = Type.Object(
  {
    type: Type.Literal('about:blank'),
    title: Type.String(),
    status: Type.Integer(),
    code: Type.Union(
      (Object.keys(problems) as (keyof typeof problems)[]).map((code) => Type.Literal(code)),
      {
        description: Object.entries(problems)
          .map(([code, [status, title]]) => `- \`${code}\` (${status}): ${title}`)
          .join('\n'),
      },
    ),
    detail: Type.Optional(Type.String({ description: 'What exactly is wrong with this request' })),
    retryAfterSeconds: Type.Optional(Type.Integer()),
  },
  { additionalProperties: true },
)

/** In a route's schema: it needs an account. */
export const signedIn: { [scheme: string]: string[] }[] = [{ bearer: [] }, { cookie: [] }]

/** The parameters of a route with `:id`. Text that is no id is found nowhere: 404, as for an id that nothing has. */
export const IdParams = Type.Object({ id: Type.String({ description: 'An id: 16 characters of [0-9a-z]' }) })

/** POST /accounts, GET /accounts/me, POST /sessions, DELETE /sessions. */
import { Credentials, CurrentSession, IdempotencyKey, SessionAnswer, type Account as WireAccount } from '@sluice/contract'
import { Type } from 'typebox'
import type { App } from '../http/app.ts'
import { clearSessionCookie, presentedToken, requireAccount, setSessionCookie } from '../http/auth.ts'
import { ProblemAnswer, signedIn } from '../http/open-api.ts'
import { ProblemError } from '../http/problem.ts'
import { strictLimit } from '../http/rate-limits.ts'
import { readAccount, type Account } from '../records/account.ts'
import type { AccountsDeps } from './deps.ts'
import { beginSession, endSession } from './sessions.ts'
import { signIn } from './sign-in.ts'
import { signUp } from './sign-up.ts'

const presented = ({ id, handle, isAdmin, createdAt }: Account): WireAccount => ({ id, handle, isAdmin, createdAt })

/** Both answers with a token also set it as the site's cookie. */
export function registerAccountRoutes(app: App, deps: AccountsDeps & { publicUrl: string }): void {
  const { publicUrl, limits } = deps
  const config = strictLimit('sign-in', limits.signInAttemptsPerMinute)
  const cookie = { maxAgeSeconds: limits.sessionSeconds, publicUrl }
  const tags = ['accounts']

  app.post(
    '/api/v1/accounts',
    {
      config,
      schema: {
        summary: 'Sign up',
        tags,
        headers: IdempotencyKey,
        body: Credentials,
        response: { 201: SessionAnswer, '4xx': ProblemAnswer },
      },
    },
    async (request, reply) => {
      const account = await signUp(deps, request.body, request.headers['idempotency-key'])
      const token = await beginSession(deps, account)
      setSessionCookie(reply, token, cookie)
      return reply.code(201).header('cache-control', 'no-store').send({ account: presented(account), token })
    },
  )

  app.get(
    '/api/v1/accounts/me',
    { schema: { summary: 'Whose token or cookie this is', tags, security: signedIn, response: { 200: CurrentSession, '4xx': ProblemAnswer } } },
    async (request, reply) => {
      const account = await readAccount(deps.documents, requireAccount(request).id)
      if (!account) throw new ProblemError('unauthorized')
      return reply.header('cache-control', 'no-store').send({ account: presented(account) })
    },
  )

  app.post(
    '/api/v1/sessions',
    { config, schema: { summary: 'Sign in', tags, body: Credentials, response: { 201: SessionAnswer, '4xx': ProblemAnswer } } },
    async (request, reply) => {
      const account = await signIn(deps, request.body)
      const token = await beginSession(deps, account)
      setSessionCookie(reply, token, cookie)
      return reply.code(201).header('cache-control', 'no-store').send({ account: presented(account), token })
    },
  )

  app.delete(
    '/api/v1/sessions',
    { schema: { summary: 'Sign out', tags, security: signedIn, response: { 204: Type.Null(), '4xx': ProblemAnswer } } },
    async (request, reply) => {
      const token = presentedToken(request)?.token
      if (token !== undefined) await endSession(deps, token)
      clearSessionCookie(reply, publicUrl)
      return reply.code(204).send(null)
    },
  )
}

/** What an error of the CQL client says about the request: whether it was refused for good. */
import { errors, types } from 'cassandra-driver'
import { DriverUnavailable } from '../../../base/errors.ts'

const codes = types.responseErrorCodes
const refused: ReadonlySet<number> = new Set([
  codes.protocolError, codes.badCredentials, codes.syntaxError, codes.unauthorized, codes.invalid, codes.configError, codes.alreadyExists, codes.functionFailure,
])

/** It is wrong, and never to be tried again: a missing table, a missing right, a mistake of ours. Of any other it may have been done, may be done later, or not at all. */
export function isRefused(error: unknown): boolean {
  if (error instanceof errors.ResponseError) return refused.has(error.code)
  return error instanceof errors.AuthenticationError || error instanceof errors.ArgumentError || error instanceof errors.NotSupportedError
}

/** The port's error, with what is to be done about it where that is known. */
export function unavailable(what: string, error: unknown): DriverUnavailable {
  const said = error instanceof Error ? error.message : String(error)
  const advice = /unconfigured table|does not exist/i.test(said) ? '; `sluice admin migrate` makes what is missing' : ''
  return new DriverUnavailable(`${what}: ${innerMost(error) ?? said}${advice}`, { cause: error })
}

/** "All hosts tried failed" says nothing: the reason of one of them does. */
function innerMost(error: unknown): string | undefined {
  if (!(error instanceof errors.NoHostAvailableError)) return undefined
  const [host, reason] = Object.entries((error.innerErrors ?? {}) as Record<string, unknown>)[0] ?? []
  return host === undefined ? 'no node of the cluster can be reached' : `no node can be reached (${host}: ${reason instanceof Error ? reason.message : String(reason)})`
}

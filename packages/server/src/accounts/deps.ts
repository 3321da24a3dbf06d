/** What the accounts feature is handed. */
import type { Log } from '../base/log.ts'
import type { Clock } from '../base/time.ts'
import type { Cache } from '../ports/cache.ts'
import type { Documents } from '../ports/documents.ts'
import type { PasswordHasher } from './password-hasher.ts'

export type AccountsDeps = {
  documents: Documents
  cache: Cache
  clock: Clock
  log: Log
  passwords: PasswordHasher
  limits: {
    signUpOpen: boolean
    sessionSeconds: number
    signInAttemptsPerMinute: number
  }
}

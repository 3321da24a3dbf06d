/** Password hashes: argon2id, a bounded number at a time. */
import { hash, verify } from '@node-rs/argon2'
import { ProblemError } from '../http/problem.ts'

/** OWASP Password Storage Cheat Sheet, argon2id: 19 MiB, 2 passes, 1 lane. The package's default algorithm is argon2id. */
const parameters = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

export type PasswordHasher = {
  /** A PHC string. */
  hash(password: string): Promise<string>
  /** Without a hash (an unknown handle) it works as long as with one, and is false. */
  verify(passwordHash: string | undefined, password: string): Promise<boolean>
}

/**
 * At most `concurrent` hashes run (19 MiB and a core each), at most `waiting` wait: more are refused as `unavailable`,
 * so that a flood of sign-ins takes neither the memory nor the threads of everything else.
 */
export function openPasswordHasher({ concurrent = 2, waiting = 64 } = {}): PasswordHasher {
  const queue: (() => void)[] = []
  let running = 0
  let dummy: Promise<string> | undefined

  async function bounded<T>(work: () => Promise<T>): Promise<T> {
    if (running >= concurrent) {
      if (queue.length >= waiting) throw new ProblemError('unavailable', { detail: 'Too many sign-ins at once', retryAfterSeconds: 5 })
      await new Promise<void>((resolve) => queue.push(resolve))
    } else running++
    try {
      return await work()
    } finally {
      const next = queue.shift()
      if (next) next()
      else running--
    }
  }

  // The same password typed on another system may arrive in another Unicode form (NIST SP 800-63B §5.1.1.2).
  const normal = (password: string) => password.normalize('NFKC')
  return {
    hash: (password) => bounded(() => hash(normal(password), parameters)),
    verify: (passwordHash, password) =>
      bounded(async () => {
        const against = passwordHash ?? (await (dummy ??= hash('a password that nobody has', parameters)))
        return (await verify(against, normal(password))) && passwordHash !== undefined
      }),
  }
}

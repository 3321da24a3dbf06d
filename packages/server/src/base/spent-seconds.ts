/** Processor time of programs, put to the account of the work that started them. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { endedChildrenSeconds } from './processor-time.ts'

const accounts = new AsyncLocalStorage<{ seconds: number }>()
/** What the children that have ended took, as far as it was put to an account, or to none. */
let counted: number | undefined

/** Does the work. `spent` tells what programs that were started for it, and have ended, took so far; undefined where there is no /proc. */
export function accountFor<T>(work: (spent: () => number | undefined) => Promise<T>): Promise<T> {
  const account = { seconds: 0 }
  return accounts.run(account, () => work(() => (ofChildren() === undefined ? undefined : account.seconds)))
}

/**
 * To be called where a program is started; the result of it where the program has ended. The system adds up all children
 * that have ended: what the sum has grown by is this one's, or that of a few that ended in the same moment.
 */
export function openSpending(): () => void {
  const account = accounts.getStore()
  counted ??= ofChildren()
  return () => {
    const now = ofChildren()
    if (account && now !== undefined) account.seconds += now - counted!
    counted = now
  }
}

function ofChildren(): number | undefined {
  try {
    return endedChildrenSeconds(process.pid)
  } catch {
    return undefined
  }
}

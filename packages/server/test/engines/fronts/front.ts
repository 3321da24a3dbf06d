/** What the contract suite needs to know of a cache in front of an edge. */
import type { TestContext } from 'node:test'
import type { EdgeKeysAnswer } from '@sluice/contract'
import type { Clock } from '../../../src/base/time.ts'

export type Front = {
  /** `http://127.0.0.1:port`. */
  origin: string
  /** Hands it new keys and withdrawn videos the way an operator does, without dropping a request. */
  take(feed: EdgeKeysAnswer): Promise<void>
  /** All that it wrote to logs. */
  logs(): Promise<string>
  /** Each request has a line there. */
  logsRequests: boolean
}

export type FrontOptions = {
  originPort: number
  feed: EdgeKeysAnswer
  /** The address of a proxy in front of it whose X-Forwarded-For it is to believe. */
  trustedProxy: string
  /** Of those that are no other program: it moves with the origin's. */
  clock: Clock
}

/** Starts it; it ends with the test. */
export type StartFront = (t: TestContext, options: FrontOptions) => Promise<Front>

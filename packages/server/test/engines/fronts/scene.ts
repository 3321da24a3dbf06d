/** What a case of the contract is played on. */
import type { TestContext } from 'node:test'
import type { MadeVideo } from '../../stream/start-edge.ts'
import type { Front } from './front.ts'
import type { Origin } from './start-origin.ts'

export type Scene = {
  t: TestContext
  origin: Origin
  front: Front
  /** A front that is the edge itself is its own origin: it has no requests to count, and goes down with itself. */
  isOrigin: boolean
  trustedProxy: string
  video: MadeVideo
  url(path: string, opens?: Parameters<Origin['path']>[1]): string
}

export type Cases = Record<string, (scene: Scene) => Promise<void>>

/** Addresses of loopback that stand for machines of a network. */
export const addresses = { viewer: '127.0.0.1', stranger: '127.0.0.2', proxy: '127.0.0.3' }

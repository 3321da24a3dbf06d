/** The directory driver behind a listener of its own, for tests. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Log } from '../../src/base/log.ts'
import type { Clock } from '../../src/base/time.ts'
import { openDirectoryObjects } from '../../src/drivers/objects/directory/open.ts'
import { sendProblem } from '../../src/http/problem.ts'
import type { OpenedObjects } from './opened-objects.ts'
import { scratchDirectory } from './scratch-directory.ts'

export type DirectoryServer = OpenedObjects & {
  /** Below it lie the driver's files. */
  dir: string
}

/** Listens on a free loopback port; `reopen` serves with the new driver from then on. */
export async function openDirectoryServer(options: { stallSeconds?: number; clock?: Clock; log?: Log } = {}): Promise<DirectoryServer> {
  const { path, remove } = await scratchDirectory()
  const dir = join(path, 'objects')
  let baseUrl = ''
  const open = () => openDirectoryObjects({ dir, secret: 'a secret of the test', readBaseUrl: () => baseUrl, sendProblem, ...options })
  let { objects, handle } = await open()
  const server = createServer((request, response) => {
    if (!handle(request, response)) response.writeHead(404).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    dir,
    baseUrl,
    objects,
    async reopen() {
      ;({ objects, handle } = await open())
      return objects
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await remove()
    },
  }
}

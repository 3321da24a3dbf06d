/** A server, a file and a source for one test. */
import { join } from 'node:path'
import type { UploadSource } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { randomFile, scratchDirectory } from '../scratch-file.ts'
import { startUploadServer, type Faults, type UploadServer } from '../upload-server.ts'

export const partSizeBytes = 256 * 1024
export const partCount = 11
const sizeBytes = 10 * partSizeBytes + 1234

export type Scene = { server: UploadServer; source: UploadSource; path: string; hashes: string[]; directory: string; storedHashes: () => string[] }

/** All of it is gone afterwards. */
export async function withServer(faults: Faults, run: (scene: Scene) => Promise<void>): Promise<void> {
  const scratch = await scratchDirectory()
  const server = await startUploadServer({ partSizeBytes, faults })
  const path = join(scratch.path, 'film.mp4')
  const hashes = await randomFile(path, sizeBytes, partSizeBytes)
  const source = await fileSource(path)
  const storedHashes = () => [...server.only().parts].sort(([a], [b]) => a - b).map(([, part]) => part.sha256)
  try {
    await run({ server, source, path, hashes, directory: scratch.path, storedHashes })
  } finally {
    await source.close!()
    await server.close()
    await scratch.remove()
  }
}

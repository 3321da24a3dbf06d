/** The disk tier: cached bodies as files under a limit, kept over restarts. A disk that fails costs hits, nothing else. */
import { createHash } from 'node:crypto'
import { mkdir, opendir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../base/log.ts'
import { readCachedBody, readCachedHead, writeCachedFile, type CachedBody, type Placed } from './cached-file.ts'
import { lendBuffers } from './lent-buffers.ts'
import { S3Fifo } from './s3-fifo.ts'

export type DiskTier = {
  has(name: string): boolean
  /** The bytes as they were written, or undefined. Never rejects. */
  read(name: string): Promise<CachedBody | undefined>
  /** The same in memory that is used again after `release`, which may be left out. */
  lend(name: string): Promise<(CachedBody & { release: () => void }) | undefined>
  /** A body that came from storage: written in the background if it is worth it. */
  offer(name: string, content: CachedBody): void
  /** A body that memory gives up; `wasHit` if it was asked for again while it was there. */
  leaveMemory(name: string, content: CachedBody, wasHit: boolean): void
  sizeBytes(): number
  /** Resolves when the files of an earlier process are known. */
  scanned: Promise<void>
  /** Waits for writes that are under way. */
  close(): Promise<void>
}

/** Bytes that may wait to be written; what comes on top is not kept. */
const waitingBytes = 64 * 2 ** 20
const writesAtOnce = 2
/** Memory that is kept for the next reads. */
const lentBytes = 32 * 2 ** 20
/** A file takes whole blocks and an inode. */
const overheadBytes = 4096
const warnEveryMs = 60_000

/** The directory is the tier's alone and is made if absent. Rejects when that fails. */
export async function openDisk(options: { dir: string; limitBytes: number; log: Log }): Promise<DiskTier> {
  const { dir, limitBytes, log } = options
  const index = new S3Fifo<Placed>(limitBytes, (_name, { path }) => void rm(path, { force: true }).catch(failed))
  const buffers = lendBuffers(lentBytes)
  const waiting = new Map<string, CachedBody>()
  let bytesWaiting = 0
  let writing = 0
  let closed = false
  let warnedAt = -Infinity
  let idle = () => {}
  await mkdir(dir, { recursive: true, mode: 0o700 })

  function failed(error: unknown): void {
    if (performance.now() - warnedAt < warnEveryMs) return
    warnedAt = performance.now()
    log.warn({ err: error }, "the edge's disk cache failed; what it can't keep comes from storage")
  }
  /** A name of 64 hex digits: nothing that a viewer wrote reaches the file system. */
  const pathOf = (name: string): string => {
    const hash = createHash('sha256').update(name).digest('hex')
    return join(dir, hash.slice(0, 2), hash)
  }
  const write = async (name: string, content: CachedBody): Promise<void> => {
    const path = pathOf(name)
    await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
    const placed = await writeCachedFile(path, name, content)
    index.add(name, placed, placed.length + overheadBytes)
  }
  const work = (): void => {
    while (writing < writesAtOnce && waiting.size > 0) {
      const [name, content] = waiting.entries().next().value!
      waiting.delete(name)
      writing++
      void write(name, content).catch(failed).finally(() => {
        writing--
        bytesWaiting -= content.body.length
        work()
        if (writing === 0) idle()
      })
    }
  }
  const enqueue = (name: string, content: CachedBody): void => {
    if (closed || waiting.has(name) || bytesWaiting + content.body.length > waitingBytes) return
    waiting.set(name, content)
    bytesWaiting += content.body.length
    work()
  }
  const sizeOf = ({ body }: CachedBody): number => body.length + overheadBytes

  const scan = async (): Promise<void> => {
    const found: { placed: Placed; at: number }[] = []
    for await (const path of filesBelow(dir)) {
      if (closed) return
      const placed = await readCachedHead(path).catch(() => undefined)
      if (placed && pathOf(placed.name) === path) found.push({ placed, at: (await stat(path)).mtimeMs })
      else await rm(path, { force: true, recursive: true })
    }
    // In the order in which they came; what is over the limit goes, oldest first.
    for (const { placed } of found.sort((a, b) => a.at - b.at)) if (!index.has(placed.name)) index.add(placed.name, placed, placed.length + overheadBytes)
  }

  const read = async (name: string, placed: Placed, into?: Buffer): Promise<CachedBody | undefined> => {
    try {
      const content = await readCachedBody(placed, into)
      if (content) return content
      log.warn({ name }, 'a file of the disk cache was torn; it comes from storage')
    } catch (error) {
      failed(error)
    }
    index.delete(name)
    await rm(placed.path, { force: true }).catch(failed)
    return undefined
  }

  return {
    has: (name) => index.has(name),
    async read(name) {
      const placed = index.get(name)
      return placed && read(name, placed)
    },
    async lend(name) {
      const placed = index.get(name)
      if (!placed) return undefined
      const buffer = buffers.take(placed.length)
      const content = await read(name, placed, buffer)
      return content && { ...content, release: () => buffers.giveBack(buffer) }
    },
    offer(name, content) {
      if (index.wants(name, sizeOf(content))) enqueue(name, content)
    },
    leaveMemory(name, content, wasHit) {
      if (!wasHit) index.remember(name, sizeOf(content))
      // Its hits were memory's, but they are its hits.
      else if (index.get(name) === undefined) enqueue(name, content)
    },
    sizeBytes: () => index.sizeBytes,
    scanned: scan().catch(failed),
    async close() {
      closed = true
      while (writing > 0) await new Promise<void>((resolve) => (idle = resolve))
    },
  }
}

async function* filesBelow(dir: string): AsyncGenerator<string> {
  for await (const entry of await opendir(dir)) {
    if (!entry.isDirectory()) continue
    for await (const file of await opendir(join(dir, entry.name))) yield join(dir, entry.name, file.name)
  }
}

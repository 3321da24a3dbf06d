/** The limit of open uploads per account. */
import { ProblemError } from '../http/problem.ts'
import { readOpenUploads, readUpload, unlistOpenUpload } from '../records/upload.ts'
import type { UploadDeps } from './deps.ts'

/** An entry is written before its upload is: younger ones without an upload are being opened just now. */
const beingOpenedMs = 60_000

/**
 * Throws `too_many_uploads` unless this upload, listed already, is among the first `maxOpenUploads` of its account:
 * of several that are begun at once, the same ones are let in by everybody.
 */
export async function refuseTooManyUploads(deps: UploadDeps, accountId: string, uploadId: string): Promise<void> {
  const { documents, clock, limits } = deps
  const limit = limits.maxOpenUploads
  // More than twice the limit can only be there for a moment; beyond, the answer is the same.
  const listed = await readOpenUploads(documents, accountId, limit * 2 + 100)
  if (listed.length <= limit) return
  let before = 0
  const mine = listed.find((one) => one.uploadId === uploadId)
  for (const one of listed) {
    if (one.uploadId === uploadId) continue
    const upload = await readUpload(documents, one.uploadId)
    const isGone = upload ? upload.state !== 'open' && upload.state !== 'completing' : clock() - one.createdAt > beingOpenedMs
    if (isGone) await unlistOpenUpload(documents, accountId, one.uploadId)
    else if (!mine || one.createdAt < mine.createdAt || (one.createdAt === mine.createdAt && one.uploadId < uploadId)) before++
  }
  if (before >= limit) throw new ProblemError('too_many_uploads', { detail: `At most ${limit} at a time`, members: { limit } })
}

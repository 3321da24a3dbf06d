/** Signs URLs for parts. */
import type { SignedParts, SignParts } from '@sluice/contract'
import { ProblemError } from '../http/problem.ts'
import { partSize } from '../records/upload.ts'
import type { UploadDeps } from './deps.ts'
import { findOwnUpload, refuseUnlessOpen } from './find-own.ts'

/**
 * A URL for each part number, good for a while and never beyond the upload's own end.
 * Problems: `upload_not_found`, `upload_finished`, `upload_aborted`, `upload_expired`, `part_out_of_range`, `bad_request`.
 */
export async function signParts(deps: UploadDeps, accountId: string, uploadId: string, asked: SignParts, baseUrl: string): Promise<SignedParts> {
  const upload = await findOwnUpload(deps, accountId, uploadId)
  refuseUnlessOpen(upload)
  const outside = asked.partNumbers.filter((partNumber) => partNumber > upload.partCount)
  if (outside.length > 0) {
    throw new ProblemError('part_out_of_range', { detail: `The parts are 1 to ${upload.partCount}`, members: { partNumbers: outside } })
  }
  const checksums = asked.checksums ?? {}
  const stray = Object.keys(checksums).filter((partNumber) => !asked.partNumbers.includes(Number(partNumber)))
  if (stray.length > 0) {
    throw new ProblemError('bad_request', { detail: `body/checksums has parts that body/partNumbers has not: ${stray.slice(0, 10).join(', ')}` })
  }

  const now = deps.clock()
  const expiresInSeconds = Math.floor(Math.min(deps.limits.partUrlSeconds, (upload.expiresAt - now) / 1000))
  if (expiresInSeconds < 1) throw new ProblemError('upload_expired')
  const at = { bucket: 'raw' as const, key: upload.key, uploadId: upload.storeUploadId }
  const urls = await Promise.all(
    asked.partNumbers.map(async (partNumber) => {
      const part = { partNumber, sizeBytes: partSize(upload, partNumber), checksumSha256: checksums[partNumber], expiresInSeconds, baseUrl }
      return { partNumber, ...(await deps.objects.signPart(at, part)) }
    }),
  )
  return { urls, expiresAt: now + expiresInSeconds * 1000 }
}

/** Whether a list of parts may complete an upload: complete, known to the store, of the right sizes. */
import { ProblemError } from '../http/problem.ts'
import type { Part } from '../ports/objects.ts'
import { bareEtag, partSize, type NotedPart, type Upload } from '../records/upload.ts'

/** Problems list at most this many part numbers; `…Count` says how many there are. */
const listedAtMost = 1000

/** Throws `bad_request` for a number given twice, `part_out_of_range` for one beyond the upload's. */
export function checkNumbers(upload: Upload, parts: NotedPart[]): void {
  const seen = new Set<number>()
  for (const { partNumber } of parts) {
    if (seen.has(partNumber)) throw new ProblemError('bad_request', { detail: `body/parts has part ${partNumber} twice` })
    seen.add(partNumber)
  }
  const outside = [...seen].filter((partNumber) => partNumber > upload.partCount)
  if (outside.length === 0) return
  throw new ProblemError('part_out_of_range', {
    detail: `The parts are 1 to ${upload.partCount}`,
    members: { partNumbers: outside.slice(0, listedAtMost) },
  })
}

/** Throws `parts_missing`, `part_mismatch` or `size_mismatch`, each with the part numbers. Nothing is changed: the upload stays open. */
export function checkStored(upload: Upload, parts: NotedPart[], stored: Part[]): void {
  const atStore = new Map(stored.map((part) => [part.partNumber, part]))
  const given = new Map(parts.map((part) => [part.partNumber, part]))
  const absent: number[] = []
  const differing: number[] = []
  const wrongSize: number[] = []
  for (let partNumber = 1; partNumber <= upload.partCount; partNumber++) {
    const [part, store] = [given.get(partNumber), atStore.get(partNumber)]
    if (!part || !store) absent.push(partNumber)
    else if (bareEtag(part.etag) !== bareEtag(store.etag)) differing.push(partNumber)
    else if (store.sizeBytes !== partSize(upload, partNumber)) wrongSize.push(partNumber)
  }
  if (absent.length > 0) throw missing(absent, upload)
  if (differing.length > 0) throw mismatch(differing)
  if (wrongSize.length > 0) {
    const storedBytes = stored.reduce((sum, part) => sum + part.sizeBytes, 0)
    throw new ProblemError('size_mismatch', {
      detail: `${storedBytes} bytes were stored, ${upload.sizeBytes} declared: send the listed parts again`,
      members: { partNumbers: wrongSize.slice(0, listedAtMost), storedBytes, declaredBytes: upload.sizeBytes },
    })
  }
}

/** `part_mismatch` that names the parts. */
export const mismatch = (partNumbers: number[]): ProblemError =>
  new ProblemError('part_mismatch', {
    detail: 'These parts have another ETag at the store: list the upload, or send them again',
    members: { partNumbers: partNumbers.slice(0, listedAtMost), mismatchCount: partNumbers.length },
  })

/** `parts_missing` that names the parts. */
export const missing = (partNumbers: number[], upload: Upload): ProblemError =>
  new ProblemError('parts_missing', {
    detail: `${partNumbers.length} of ${upload.partCount} parts are missing`,
    members: { missingParts: partNumbers.slice(0, listedAtMost), missingCount: partNumbers.length },
  })

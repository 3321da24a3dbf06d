/** The size of an upload's parts. Pure. */

const mebibyte = 2 ** 20
/** S3 wants at least 5 MiB for all parts but the last; a part that fails costs this much again. */
const smallestBytes = 8 * mebibyte
const largestUsualBytes = 64 * mebibyte
/** Parts that a file is cut into before the parts grow: each costs the api a signature and the store a request, and one that fails less than a hundredth of the file. */
const comfortableCount = 128
/** S3's own limit. */
const maxPartCount = 10_000

/** Parts of 8 to 64 MiB, whole MiB; larger only where 10 000 parts would not do. The last one is what remains. */
export function choosePartSize(sizeBytes: number): { partSizeBytes: number; partCount: number } {
  const comfortable = Math.min(largestUsualBytes, Math.max(smallestBytes, sizeBytes / comfortableCount))
  const partSizeBytes = Math.ceil(Math.max(comfortable, sizeBytes / maxPartCount) / mebibyte) * mebibyte
  return { partSizeBytes, partCount: Math.max(1, Math.ceil(sizeBytes / partSizeBytes)) }
}

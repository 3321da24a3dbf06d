/** The port's upload id: the store's own, with the shape that a store does not remember. */
import { UploadNotFound } from '../../../base/errors.ts'

export type Shape = { sizeBytes: number; partSizeBytes: number }
export type OpenUpload = Shape & { storeId: string; partCount: number }

const pattern = /^([1-9][0-9]{0,15})-([1-9][0-9]{0,15})-([\x21-\x7e]{1,1024})$/

export const writeUploadId = ({ sizeBytes, partSizeBytes }: Shape, storeId: string): string => `${sizeBytes}-${partSizeBytes}-${storeId}`

/** UploadNotFound for what is no id of ours. */
export function readUploadId(uploadId: string): OpenUpload {
  const found = pattern.exec(uploadId)
  if (!found) throw new UploadNotFound('no such upload')
  const [sizeBytes, partSizeBytes] = [Number(found[1]), Number(found[2])]
  return { sizeBytes, partSizeBytes, storeId: found[3]!, partCount: Math.ceil(sizeBytes / partSizeBytes) }
}

export const partSizeOf = ({ sizeBytes, partSizeBytes, partCount }: OpenUpload, partNumber: number): number =>
  partNumber === partCount ? sizeBytes - (partCount - 1) * partSizeBytes : partSizeBytes

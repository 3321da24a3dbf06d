/** Where everything lies below the driver's directory. Visible objects, uploads in progress and drafts never mix. */
import { join } from 'node:path'
import { checkObjectKey } from '../../../domain/object-key.ts'
import type { Bucket } from '../../../ports/objects.ts'

const uploadIdPattern = /^[0-9a-z]{24}$/

/** Not a key character, so `a` and `a/b` can both be objects: the file is `a~`, the directory `a`. */
export const fileMark = '~'

export function isBucket(name: string): name is Bucket {
  return name === 'raw' || name === 'encoded'
}

export type Paths = ReturnType<typeof makePaths>

export function makePaths(dir: string) {
  const bucketOf = (bucket: Bucket): string => {
    if (!isBucket(bucket)) throw new TypeError(`there is no bucket ${JSON.stringify(bucket)}`)
    return join(dir, bucket)
  }
  return {
    bucket: bucketOf,
    object(bucket: Bucket, key: string): string {
      checkObjectKey(key)
      return join(bucketOf(bucket), key + fileMark)
    },
    /** Files that are not whole yet; emptied at start. */
    drafts: join(dir, 'drafts'),
    uploads: join(dir, 'uploads'),
    /** Undefined for what can't be an id of ours. */
    upload(uploadId: string): { directory: string; shape: string; data: string; parts: string } | undefined {
      if (!uploadIdPattern.test(uploadId)) return undefined
      const directory = join(dir, 'uploads', uploadId)
      return { directory, shape: join(directory, 'shape.json'), data: join(directory, 'data'), parts: join(directory, 'parts') }
    },
  }
}

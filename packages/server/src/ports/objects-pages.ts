/** Lists of the objects port, to their end. */
import type { Bucket, ObjectInfo, Objects } from './objects.ts'

/** The pages of the objects below a prefix, in key order, each listed when it is asked for. Rejects as `list` does. */
export async function* pagesOf(objects: Pick<Objects, 'list'>, bucket: Bucket, prefix: string): AsyncGenerator<ObjectInfo[], undefined> {
  let cursor: string | undefined
  do {
    const page = await objects.list(bucket, prefix, cursor)
    yield page.items
    cursor = page.cursor
  } while (cursor)
  return undefined
}

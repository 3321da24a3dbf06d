/** Calls by their number, from 0 to `count`, at most `most` of them at once. Rejects with the first that does. */
export async function atOnce(count: number, most: number, call: (index: number) => Promise<unknown>): Promise<void> {
  let next = 0
  const work = async (): Promise<void> => {
    for (let index = next++; index < count; index = next++) await call(index)
  }
  await Promise.all(Array.from({ length: most }, work))
}

/** What an object key may be made of, whichever store keeps it. */

const keyBytes = 900
const elementPattern = /^(?!\.{1,2}$)[A-Za-z0-9._-]{1,200}$/

/** Keys are made by domain/keys.ts; anything else is a programming error (TypeError), and must never reach a file system or a store. */
export function checkObjectKey(key: string): void {
  const good = typeof key === 'string' && key.length <= keyBytes && key.split('/').every((element) => elementPattern.test(element))
  if (!good) throw new TypeError('an object key is elements of [A-Za-z0-9._-] joined by "/"')
}

/** As above, but cut off anywhere: what a list starts with. */
export function checkPrefix(prefix: string): void {
  const elements = prefix.split('/')
  const last = elements.pop()!
  const good = prefix.length <= keyBytes && /^[A-Za-z0-9._-]{0,200}$/.test(last) && elements.every((element) => elementPattern.test(element))
  if (!good) throw new TypeError('a prefix is the start of an object key')
}

/** Random identifiers. */
import { randomBytes } from 'node:crypto'

const alphabet = '0123456789abcdefghijklmnopqrstuvwxyz'

/** `length` random characters of [0-9a-z] (5.17 bits each; bytes over the alphabet's multiple are dropped, so no bias). */
export function randomId(length: number): string {
  let id = ''
  while (id.length < length) {
    for (const byte of randomBytes(length * 2)) if (byte < 252 && id.length < length) id += alphabet[byte % 36]
  }
  return id
}

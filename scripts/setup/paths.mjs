/** Where things are in the repository. */
import { join, resolve } from 'node:path'

export const root = resolve(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../..')
export const at = (...parts) => join(root, ...parts)

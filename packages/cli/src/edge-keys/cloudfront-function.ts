/** The viewer-request function for CloudFront with the signing keys and the withdrawn videos in it (deploy/cloudfront). */
import { readFile } from 'node:fs/promises'
import type { EdgeKeysAnswer } from '@sluice/contract'

/** CloudFront's quota for a function. */
export const functionLimitBytes = 10_240
const places = 'const keys = {}\nconst withdrawn = {}\n'

/** `leftOut`: withdrawn videos for which there was no room. */
export async function cloudFrontFunction({ keys, withdrawn }: EdgeKeysAnswer): Promise<{ code: string; leftOut: string[] }> {
  const template = await readFile(new URL('viewer-request.js', import.meta.url), 'utf8')
  const fill = (ids: string[]): string => {
    const table = Object.fromEntries(keys.map(({ kid, secret }) => [kid, secret]))
    const closed = Object.fromEntries(ids.map((id) => [id, 1]))
    return template.replace(places, () => `// Made by \`sluice edge-keys cloudfront\`: secret.\nconst keys = ${JSON.stringify(table)}\nconst withdrawn = ${JSON.stringify(closed)}\n`)
  }
  const bytesEach = fill(['0123456789abcdef', '1123456789abcdef']).length - fill(['0123456789abcdef']).length
  const room = Math.max(0, Math.floor((functionLimitBytes - fill([]).length) / bytesEach))
  return { code: fill(withdrawn.slice(0, room)), leftOut: withdrawn.slice(room) }
}

/** The files that are uploaded while faults happen: small clips, and every seventh one that must fail for its own fault. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { Video } from '@sluice/contract'
import { createUpload, type Client } from '@sluice/sdk'
import { fileSource } from '@sluice/sdk/node'
import { generateClip } from '../e2e/clips.ts'
import { seededRandom } from '../e2e/seeded-random.ts'

export type Clip = { title: string; path: string; isBroken: boolean }
export type Acknowledged = { clip: Clip; video: Video }

/** So many different files; more uploads take turns with them. */
const differentClips = 20
const patienceMs = 600_000

/** Pure but for the files it makes in `folder`: the same for the same seed. */
export function makeClips(folder: string, seed: number, count: number): Clip[] {
  const random = seededRandom(seed ^ 0x5eed)
  const good = Array.from({ length: Math.min(count, differentClips) }, (_, index) => {
    // Some of several parts, so that faults fall into the middle of an upload.
    const large = index % 7 === 0
    const seconds = 1 + Math.floor(random() * 3)
    return generateClip(join(folder, `clip-${index}.mp4`), { seconds, seed: index, size: large ? '640x360' : '320x180', bitsPerSecond: large ? 60_000_000 : undefined })
  })
  const broken = brokenFiles(folder, good[1 % good.length]!, random)
  return Array.from({ length: count }, (_, index) => {
    const isBroken = index % 7 === 3
    return { title: `upload ${index}`, path: isBroken ? broken[((index - 3) / 7) % broken.length]! : good[index % good.length]!, isBroken }
  })
}

/** Noise that is called a film, a film without its index, and text. */
function brokenFiles(folder: string, clip: string, random: () => number): string[] {
  const bytes = readFileSync(clip)
  const index = bytes.indexOf('moov', 0, 'latin1')
  const contents = {
    'noise.mp4': Buffer.from(Array.from({ length: 100_000 }, () => Math.floor(random() * 256))),
    'without-index.mp4': Buffer.concat([bytes.subarray(0, index), Buffer.from('void'), bytes.subarray(index + 4)]),
    'text.mp4': Buffer.from('This is no film.\n'.repeat(5000)),
  }
  return Object.entries(contents).map(([name, content]) => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  })
}

/** As a patient client: whatever failed is begun again from where it stood, until the server has said that it has all. */
export async function uploadThroughFaults(client: Client, clip: Clip): Promise<Acknowledged> {
  const source = await fileSource(clip.path)
  const upload = createUpload(client, source, { concurrency: 3, backoffBaseMs: 100, title: clip.title, visibility: 'public' })
  try {
    for (const since = Date.now(); ; await pause(300)) {
      try {
        return { clip, video: await upload.start() }
      } catch (error) {
        if (Date.now() - since > patienceMs) throw error
      }
    }
  } finally {
    await source.close?.()
  }
}

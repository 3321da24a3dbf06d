/** Chunks and single segments of sources that are hard to cut show what a whole-file pass shows. All of them: `npm run bench -- exactness`. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { clip } from '../fixtures/clips.ts'
import { openRangeServer, type RangeServer } from '../fixtures/range-server.ts'
import { checkExactness } from './check-exactness.ts'
import { nastyClip, nastyClips } from './nasty-clips.ts'

let server: RangeServer
before(async () => void (server = await openRangeServer()))
after(() => server.close())

async function isExact(path: string, outcome: string): Promise<void> {
  const workDir = mkdtempSync(join(tmpdir(), 'sluice-exact-'))
  try {
    const found = await checkExactness(server.urlOf, path, workDir)
    assert.deepEqual(found.faults, [])
    assert.equal(found.outcome, outcome)
  } finally {
    rmSync(workDir, { recursive: true })
  }
}

/** One for each way of going wrong; the rest of the list is for the bench. */
const quick = new Set([
  'vfr-gaps.mp4', 'open-gop.mkv', 'starts-at-26h.mkv', 'wraps-midway.ts', 'live.mkv', 'dwell-and-trim.mp4', 'late-picture.ts', 'cut-start.ts',
  'rotated-90-97x65.mp4', 'interlaced-tff-h264.mp4', 'odd-delays.gif', 'cover.m4a', 'one-frame.mp4', 'fast-240.mp4', 'no-index.avi', 'size-1x1.mov',
])
for (const each of nastyClips.filter(({ name }) => quick.has(name))) {
  test(`exact: ${each.name}`, { timeout: 600_000 }, () => isExact(nastyClip(each), each.outcome))
}

for (const name of ['r_no_initial_keyframe.ts', 'r_iphone_hevc10_hlg_rot90_editlist_2.8s.mp4']) {
  test(`exact: ${name}`, { skip: !clip(name), timeout: 600_000 }, () => isExact(clip(name)!, 'plays'))
}

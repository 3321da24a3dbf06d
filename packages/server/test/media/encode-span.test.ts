/** Chunked encodes of real and generated clips: they decode whole, fit the plan, and show what a whole-file encode shows. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { gridSeconds } from '../../src/domain/grid.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { rateOf } from '../../src/domain/rate.ts'
import { clip, makeClip } from '../fixtures/clips.ts'
import { openRangeServer, type RangeServer } from '../fixtures/range-server.ts'
import { decode, distance, encodeClip, thumbnails, type EncodedClip } from './encode-clip.ts'

let server: RangeServer
before(async () => void (server = await openRangeServer()))
after(() => server.close())

async function encoded(path: string, options: { all?: boolean; segmentsPerSpan: number }, look: (found: EncodedClip) => void | Promise<void>): Promise<void> {
  const workDir = mkdtempSync(join(tmpdir(), 'sluice-span-'))
  try {
    await look(await encodeClip(server.urlOf(path), path, workDir, options))
  } finally {
    rmSync(workDir, { recursive: true })
  }
}

/** Frame count and times are the plan's; nothing to complain of. */
function decodesWhole({ plan, pathOf }: EncodedClip, all = false): void {
  for (const rendition of plan.video?.renditions.slice(0, all ? undefined : 1) ?? []) {
    const { complaints, frames } = decode(pathOf(rendition.id))
    assert.equal(complaints, '', rendition.id)
    assert.equal(frames.length, plan.video!.grid.frames * rendition.framesPerGridFrame, rendition.id)
    const step = frames[1] ? frames[1].pts - frames[0]!.pts : 0
    assert.ok(frames.every((frame, index) => frame.pts - frames[0]!.pts === index * step), `${rendition.id}: even times`)
  }
  for (const track of plan.audio) {
    const { complaints, frames } = decode(pathOf(track.id))
    assert.equal(complaints, '', track.id)
    assert.deepEqual([frames[0]?.pts, frames.length], [0, track.grid.frames], track.id)
    assert.ok(frames.every((frame, index) => frame.pts === index * 1024), `${track.id}: even times`)
  }
}

/** Picture and sound end within one frame of the longer of the source's, or of their own end when it is near. */
function endsWithSource(plan: Plan, videoSeconds: number | undefined, audioSeconds: number | undefined): void {
  if (videoSeconds !== undefined) assert.ok(Math.abs(gridSeconds(plan.video!.grid) - videoSeconds) <= 1 / rateOf(plan.video!.renditions[0]!.rate), 'video end')
  if (audioSeconds !== undefined) assert.ok(Math.abs(gridSeconds(plan.audio[0]!.grid) - audioSeconds) <= 1.01 * (1024 / 48000), 'audio end')
}

const real: [string, { segmentsPerSpan: number; all?: boolean; video?: number; audio?: number }][] = [
  ['d_real_montage_720p30_66s_faststart.mp4', { segmentsPerSpan: 8, video: 66, audio: 66 }],
  ['d_real_trees_1080p25_moov_at_end.mp4', { segmentsPerSpan: 3, all: true, video: 12.8, audio: 12.8 }],
  ['r_intel_persons_432p10_139s_noaudio.mp4', { segmentsPerSpan: 8, video: 139.4 }],
  ['d_portrait_1080x1920_mono.mp4', { segmentsPerSpan: 2, video: 8, audio: 8 }],
  ['r_android_screenrec_1080x2280_vfr.mp4', { segmentsPerSpan: 2, video: 8.379 }],
  ['d_android_vfr_rot270.mp4', { segmentsPerSpan: 2, video: 5.867, audio: 6 }],
  ['d_odd_853x479_yuv444.mp4', { segmentsPerSpan: 1, video: 4, audio: 4 }],
  ['d_square_720_60fps_vp9_opus.webm', { segmentsPerSpan: 2, all: true }],
  ['d_4k60_real_still_pan.mp4', { segmentsPerSpan: 2, video: 6 }],
  ['d_ts_pts_wrap_33bit.ts', { segmentsPerSpan: 1 }],
  ['d_hdr10_pq_1080p_noaudio.mp4', { segmentsPerSpan: 2, video: 5 }],
  ['d_audio_only.m4a', { segmentsPerSpan: 1, audio: 8 }],
  ['r_fragmented_street_480p_8s.mp4', { segmentsPerSpan: 2, video: 7.936, audio: 7.936 }],
  ['d_avchd_1440x1080i50_sar43.mts', { segmentsPerSpan: 2, video: 4.8 }],
]
for (const [name, { video, audio, ...options }] of real) {
  test(`${name} decodes whole and ends with its source`, { skip: !clip(name), timeout: 900_000 }, () =>
    encoded(clip(name)!, options, (found) => {
      decodesWhole(found, options.all)
      endsWithSource(found.plan, video, audio)
      assert.ok(!found.modes.includes('fill'), found.modes.join())
    }))
}

/** Frame n of the chunked encode is nearer to frame n of the whole file than to its neighbours. */
function isFrameExact({ plan, pathOf }: EncodedClip, path: string): void {
  const { source, renditions } = plan.video!
  const fastest = renditions.at(-1)!
  const every = fastest.framesPerGridFrame
  const whole = thumbnails(path, ['-copyts', '-itsoffset', (-source.originSeconds).toFixed(6)], [`fps=${fastest.rate.num}/${fastest.rate.den}:round=near:start_time=0`]).filter((_, n) => n % every === 0)
  const made = thumbnails(pathOf(renditions[0]!.id))
  for (let n = 1; n < Math.min(whole.length, made.length) - 1; n++) {
    const here = distance(made[n]!, whole[n]!)
    const moved = Math.min(distance(whole[n]!, whole[n - 1]!), distance(whole[n]!, whole[n + 1]!))
    // Where the source stands still, neighbours can't be told apart.
    if (moved < 3) continue
    assert.ok(here < distance(made[n]!, whole[n - 1]!) && here < distance(made[n]!, whole[n + 1]!), `frame ${n}: ${here}`)
  }
}

for (const spec of [
  { seconds: 14, rate: '30', outputArgs: [] }, { seconds: 14, rate: '30000/1001', extension: 'mkv', outputArgs: [] }, { seconds: 14, rate: '24', extension: 'ts', outputArgs: ['-g', '300'] },
  { seconds: 9, rate: '60', height: 720, width: 960, outputArgs: [] }, { seconds: 13, rate: '25', extension: 'webm', outputArgs: ['-live', '1'] },
] as const) {
  test(`frame by frame as a whole-file encode: ${JSON.stringify(spec)}`, { timeout: 900_000 }, () => {
    const path = makeClip({ ...spec, outputArgs: [...spec.outputArgs] })
    return encoded(path, { segmentsPerSpan: 1 }, (found) => {
      decodesWhole(found)
      isFrameExact(found, path)
      assert.deepEqual([...new Set(found.modes)], ['normal'])
    })
  })
}

for (const name of ['d_ts_pts_wrap_33bit.ts', 'r_cockatoo_720p20_14s_noaudio.mp4', 'r_gopro_karma_480p_5streams.mp4']) {
  test(`frame by frame as a whole-file encode: ${name}`, { skip: !clip(name), timeout: 900_000 }, () =>
    encoded(clip(name)!, { segmentsPerSpan: 1 }, (found) => isFrameExact(found, clip(name)!)))
}

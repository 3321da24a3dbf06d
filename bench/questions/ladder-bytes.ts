/** How many bytes does a ladder that follows the picture take, beside a fixed table of bit rates, at no lower quality? */
import { execFile } from 'node:child_process'
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { segmentCount } from '../../packages/server/src/domain/grid.ts'
import type { Plan, VideoRendition } from '../../packages/server/src/domain/plan.ts'
import { decibelsOf, sampledRenditions, transparentDecibels, tuningOf } from '../../packages/server/src/domain/quality.ts'
import { av1CrfFor, draftAv1 } from '../../packages/server/src/domain/tier.ts'
import { compareQuality } from '../../packages/server/src/media/compare-quality.ts'
import { makeInits } from '../../packages/server/src/media/init.ts'
import { sampleCodec } from '../../packages/server/src/media/sample-codec.ts'
import { sampleQuality } from '../../packages/server/src/media/sample-quality.ts'
import { spanArgs } from '../../packages/server/src/media/span-args.ts'
import { realClipOr } from '../../packages/server/test/e2e/clips.ts'
import { openRangeServer } from '../../packages/server/test/fixtures/range-server.ts'
import { encodeSpan, planOf, tools } from '../../packages/server/test/media/encode-clip.ts'
import { withTableRates } from '../peers/fixed-table.ts'
import type { Measured, Question } from '../question.ts'

const clips: [name: string, file: string, size: string][] = [
  ['screen recording 1080p', 'r_mediarecorder_screen_1080p_noduration.mkv', '1920x1080'],
  ['animation 720p', 'r_bbb_vp8_vorbis_720p_30s.webm', '1280x720'],
  ['bird 720p', 'r_cockatoo_720p20_14s_noaudio.mp4', '1280x720'],
  ['flowers 720p', 'r_flower_720p30_10s_h264.mp4', '1280x720'],
  ['flight 480p', 'r_gopro_karma_480p_5streams.mp4', '854x480'],
  ['trees in the wind 1080p', 'd_real_trees_1080p25_moov_at_end.mp4', '1920x1080'],
]
/** 2 + 2 + 4 + 4 s: enough to tell, and within minutes. */
const segments = 4

type Made = { bytes: number; decibels: number[] }

export const question: Question = {
  name: 'ladder-bytes',
  question: 'The ladder: bytes against a fixed table of bit rates',
  method:
    'The first 12 s of six clips. Ours: CRFs from samples of the whole clip, as an encoder picks them, below the caps, and the AV1 renditions of the second tier that follow from them. The table: the same renditions, frames, key frames and preset at ' +
    "240p 300, 360p 650, 480p 1150, 720p 2400, 1080p 4500 kbit/s on average. SSIM of the luma against the source at the rendition's size, over all frames. " +
    `Quality beyond ${transparentDecibels} dB (SSIM 0.98) is not seen and does not count: a rendition falls short where it is below both that and the table's.`,
  rounds: 1,
  async ask({ folder, say }) {
    const measured: Measured[] = []
    const total = { ours: 0, table: 0, av1: 0 }
    const shortfalls = { ours: [] as number[], av1: [] as number[] }
    for (const [name, file, size] of clips) {
      const path = realClipOr(file, folder, 12, size)
      const made = await ladders(path, join(folder, file))
      const { table } = made
      for (const kind of ['ours', 'av1'] as const) {
        const { bytes, decibels } = made[kind]
        say(`${name}, ${kind}: ${(bytes / table.bytes).toFixed(2)} of the table's bytes; ${decibels.map((one, index) => `${one.toFixed(1)}/${table.decibels[index]!.toFixed(1)}`).join(', ')} dB`)
        shortfalls[kind].push(Math.max(...decibels.map((one, index) => Math.max(0, Math.min(transparentDecibels, table.decibels[index]!) - one))))
        total[kind] += bytes
      }
      total.table += table.bytes
      measured.push(bytesOf(`${name}: bytes of the ladder`, { ours: made.ours.bytes, av1: made.av1.bytes, table: table.bytes }))
    }
    const short = [{ name: 'H.264', samples: shortfalls.ours }, { name: 'AV1', samples: shortfalls.av1 }]
    return [
      bytesOf('Six clips: bytes of the ladders', total),
      { title: 'Largest shortfall of quality in a clip', unit: 'dB of SSIM', better: 'lower', rows: short, note: 'One sample a clip.' },
      ...measured,
    ]
  },
}

/** The ratio is H.264's; AV1's is said beside it. */
const bytesOf = (title: string, { ours, av1, table }: { ours: number; av1: number; table: number }): Measured => ({
  title, unit: 'MB', better: 'lower',
  rows: [{ name: 'H.264', samples: [ours / 1e6] }, { name: 'AV1', samples: [av1 / 1e6] }, { name: 'fixed table', samples: [table / 1e6] }],
  note: `AV1 takes ${(av1 / table).toFixed(3)} of the table's bytes.`,
})

/** Qualities by rendition, in the order of the plan. */
async function ladders(path: string, folder: string): Promise<Record<'ours' | 'av1' | 'table', Made>> {
  mkdirSync(folder)
  const server = await openRangeServer()
  try {
    const url = server.urlOf(path)
    const { plan, inits } = await planOf(url, path)
    const { renditions, grid } = plan.video!
    const to = Math.min(segments, segmentCount(grid, 'video'))
    const { crf } = tuningOf(renditions, await sampleQuality(tools, { plan, url, renditions: sampledRenditions(renditions) }))
    const tuned: Plan = { ...plan, video: { ...plan.video!, renditions: renditions.map((one) => ({ ...one, settings: { ...one.settings, crf: crf[one.id]! } })) } }
    const drafts = draftAv1(tuned)
    const tierInits = await makeInits(tools, { ...plan, video: { ...plan.video!, renditions: drafts }, audio: [] })
    const drafted = drafts.map((one) => ({ ...one, ...tierInits.get(one.id)! }))
    const sampled = await sampleCodec(tools, { plan, url, renditions: drafted, workDir: folder })
    const tier = drafted.map((one) => ({ ...one, settings: { ...one.settings, crf: av1CrfFor(one.settings.crf, sampled.get(one.id)!) } }))
    const whole: Plan = { ...tuned, video: { ...tuned.video!, renditions: [...tuned.video!.renditions, ...tier] } }
    for (const ids of [renditions, tier].map((each) => each.map(({ id }) => id))) {
      const { results } = await encodeSpan({ plan: whole, url, renditionIds: ids, from: 0, to, workDir: folder })
      for (const { renditionId, segments: made } of results) {
        const pieces = made.map(({ bytes }) => readFileSync(bytes.path).subarray(bytes.offset, bytes.offset + bytes.length))
        writeFileSync(join(folder, `ours-${renditionId}.mp4`), Buffer.concat([(inits.get(renditionId) ?? tierInits.get(renditionId))!.bytes, ...pieces]))
      }
    }
    const args = spanArgs({ plan, url, renditions, from: 0, to, mode: 'normal', threads: 2, pathOf: (id) => join(folder, `table-${id}.mp4`) })
    await promisify(execFile)(tools.ffmpeg, withTableRates(args, renditions))
    const look = async (kind: string, of: VideoRendition[] = renditions): Promise<Made> => {
      const encoded = of.map((rendition) => ({ rendition, path: join(folder, `${kind}-${rendition.id}.mp4`) }))
      const ssim = await compareQuality(tools, { plan: whole, url, from: 0, to, encoded })
      return { bytes: encoded.reduce((sum, one) => sum + statSync(one.path).size, 0), decibels: of.map(({ id }) => decibelsOf(ssim.get(id)!)) }
    }
    return { ours: await look('ours'), av1: await look('ours', tier), table: await look('table') }
  } finally {
    await server.close()
  }
}

/** For tests: inspects, plans and encodes a file span by span, and decodes what came out. */
import { execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { segmentCount } from '../../src/domain/grid.ts'
import type { Plan } from '../../src/domain/plan.ts'
import { draftPlan, finishPlan } from '../../src/encode/plan/make-plan.ts'
import { encodeAudioSpan } from '../../src/media/encode-audio.ts'
import { encodeVideoSpan, SpanMismatch, type SpanOptions } from '../../src/media/encode-span.ts'
import { makeInits, type Init } from '../../src/media/init.ts'
import { inspectSource } from '../../src/media/inspect.ts'
import { MediaRunError } from '../../src/media/run.ts'

export const tools = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' }

export async function planOf(url: string, path: string): Promise<{ plan: Plan; inits: Map<string, Init> }> {
  const inspection = await inspectSource(tools, url, { sizeBytes: statSync(path).size, maxDurationSeconds: 7200 })
  const draft = draftPlan(inspection, { videoId: 'v', revision: 'r', source: { key: 'k', sizeBytes: 1 }, preset: 'veryfast', encoderBuild: 'test', now: 0 })
  const inits = await makeInits(tools, draft)
  return { plan: finishPlan(draft, inits), inits }
}

/** As an encoder does: the next mode where one did not give what the plan says. */
export async function encodeSpan(options: Omit<SpanOptions, 'mode'>): Promise<{ mode: string; results: Awaited<ReturnType<typeof encodeVideoSpan>> }> {
  for (const mode of ['normal', 'long-preroll'] as const) {
    try {
      return { mode, results: await encodeVideoSpan(tools, { ...options, mode }) }
    } catch (error) {
      if (!(error instanceof SpanMismatch) && !(error instanceof MediaRunError)) throw error
    }
  }
  return { mode: 'fill', results: await encodeVideoSpan(tools, { ...options, mode: 'fill' }) }
}

export type EncodedClip = { plan: Plan; modes: string[]; pathOf: (renditionId: string) => string }

/** Files of init and all segments, one a rendition: the lowest video one (or all), and the sound. */
export async function encodeClip(url: string, path: string, workDir: string, options: { all?: boolean; segmentsPerSpan: number }): Promise<EncodedClip> {
  const { plan, inits } = await planOf(url, path)
  const pathOf = (id: string) => join(workDir, `${id}.whole.mp4`)
  const modes: string[] = []
  if (plan.video) {
    const renditionIds = plan.video.renditions.map((one) => one.id).slice(0, options.all ? undefined : 1)
    const count = segmentCount(plan.video.grid, 'video')
    const parts = new Map(renditionIds.map((id) => [id, [inits.get(id)!.bytes]]))
    for (let from = 0; from < count; from += options.segmentsPerSpan) {
      const { mode, results } = await encodeSpan({ plan, url, renditionIds, from, to: Math.min(count, from + options.segmentsPerSpan), workDir })
      modes.push(mode)
      for (const { renditionId, segments } of results) {
        for (const { bytes } of segments) parts.get(renditionId)!.push(readFileSync(bytes.path).subarray(bytes.offset, bytes.offset + bytes.length))
      }
    }
    for (const [id, buffers] of parts) writeFileSync(pathOf(id), Buffer.concat(buffers))
  }
  for (const rendition of plan.audio) {
    const buffers = [inits.get(rendition.id)!.bytes]
    const to = segmentCount(rendition.grid, 'audio')
    for (const { bytes } of await encodeAudioSpan(tools, { plan, rendition, url, from: 0, to, mode: 'normal' })) buffers.push(bytes)
    writeFileSync(pathOf(rendition.id), Buffer.concat(buffers))
  }
  return { plan, modes, pathOf }
}

/** Decodes the whole file: what ffmpeg complained of, and each frame's time and length in ticks. */
export function decode(path: string): { complaints: string; frames: { pts: number; durationTicks: number }[] } {
  const run = spawnSync('ffmpeg', ['-v', 'warning', '-xerror', '-nostdin', '-i', path, '-fps_mode', 'passthrough', '-enc_time_base', '-1', '-f', 'framecrc', '-'], { maxBuffer: 2 ** 28 })
  const rows = run.stdout.toString().split('\n').filter((line) => /^0,/.test(line)).map((line) => line.split(',').map(Number))
  return { complaints: run.stderr.toString(), frames: rows.map(([, , pts, durationTicks]) => ({ pts: pts!, durationTicks: durationTicks! })) }
}

const side = 32
/** Every frame as a small grey picture. */
export function thumbnails(path: string, inputArgs: string[] = [], filters: string[] = []): Buffer[] {
  const all = execFileSync('ffmpeg', [
    '-v', 'fatal', '-nostdin', ...inputArgs, '-i', path, '-an', '-vf', [...filters, `scale=${side}:${side}:flags=area`, 'format=gray'].join(','),
    '-fps_mode', 'passthrough', '-f', 'rawvideo', '-',
  ], { maxBuffer: 2 ** 28 })
  return Array.from({ length: all.length / side ** 2 }, (_, index) => all.subarray(index * side ** 2, (index + 1) * side ** 2))
}

/** Mean difference of two small pictures. */
export const distance = (a: Buffer, b: Buffer): number => a.reduce((sum, value, index) => sum + Math.abs(value - b[index]!), 0) / a.length

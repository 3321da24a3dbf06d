/** Measures this machine: a short clip through the product's own inspection, plan and encoders, by processor time. */
import { execFileSync } from 'node:child_process'
import { createReadStream, mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { availableParallelism, cpus, tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { processorSeconds } from '@sluice/server/base/processor-time'
import { draftPlan, finishPlan } from '@sluice/server/encode/plan/make-plan'
import { gridSeconds, openingSegments, segmentCount, segmentsOf } from '@sluice/server/domain/grid'
import type { Plan } from '@sluice/server/domain/plan'
import { rateOf } from '@sluice/server/domain/rate'
import { eagerPictures } from '@sluice/server/domain/eager'
import { draftAv1 } from '@sluice/server/domain/tier'
import { encodeAudioSpan } from '@sluice/server/media/encode-audio'
import { encodeVideoSpan } from '@sluice/server/media/encode-span'
import { makeInits } from '@sluice/server/media/init'
import { inspectSource } from '@sluice/server/media/inspect'
import { checkTools, hasEncoder, type MediaTools } from '@sluice/server/media/tools'
import type { Speeds } from './speeds.ts'

export type MeasureOptions = {
  tools: MediaTools
  /** x264 preset. */
  preset: string
  /** A clip of the kind that people upload; a generated one, which is easier than most, when absent. */
  sample?: string
  say: (line: string) => void
  signal: AbortSignal
}

/** Of a generated clip; of a longer one the first chunk is encoded. */
const sampleSeconds = 16

/** Takes the clip's length many times over on a small machine. Throws MediaToolsMissing, MediaRefused, MediaRunError. */
export async function measureSpeeds({ tools, preset, sample, say, signal }: MeasureOptions): Promise<Speeds> {
  const workDir = mkdtempSync(join(tmpdir(), 'sluice-plan-'))
  const path = sample ?? generateClip(tools, workDir)
  const server = await serveFile(path)
  try {
    const { x264Build: encoderBuild } = await checkTools(tools)
    const opening = await costOf(async () => {
      const inspection = await inspectSource(tools, server.url, { sizeBytes: statSync(path).size, maxDurationSeconds: 43_200, signal })
      const draft = draftPlan(inspection, { videoId: 'measured', revision: 'measured', source: { key: 'measured', sizeBytes: 1 }, preset, encoderBuild, now: 0 })
      const plan = finishPlan(draft, await makeInits(tools, draft, { signal }))
      if (!plan.video) throw new TypeError('the sample has no picture')
      const to = openingSegments(plan.video.grid, 'video')
      await encodeVideoSpan(tools, { plan, url: server.url, workDir, renditionIds: [plan.video.renditions[0]!.id], from: 0, to, mode: 'normal', signal })
      return plan
    })
    const plan = opening.value
    const { grid, source } = plan.video!
    const to = Math.min(grid.segmentsPerChunk, segmentCount(grid, 'video'))
    const seconds = segmentsOf(grid, 'video').slice(0, to).reduce((sum, { durationTicks }) => sum + durationTicks, 0) / grid.timescale
    say(`opening: ${opening.cpuSeconds.toFixed(2)} CPU s`)
    const pictures = async (of: Plan, renditionIds: string[], name: string) => {
      const { value, cpuSeconds } = await costOf(() => encodeVideoSpan(tools, { plan: of, url: server.url, workDir, renditionIds, from: 0, to, mode: 'normal', signal }))
      const bytes = value.flatMap(({ segments }) => segments).reduce((sum, segment) => sum + segment.bytes.length, 0)
      say(`${name}: ${(cpuSeconds / seconds).toFixed(3)} CPU s and ${((bytes * 8) / seconds / 1e6).toFixed(2)} Mbit a second of video`)
      return { cpu: cpuSeconds / seconds, bits: (bytes * 8) / seconds }
    }
    const ids = plan.video!.renditions.map(({ id }) => id)
    const all = await pictures(plan, ids, 'the whole ladder')
    const base = await pictures(plan, eagerPictures({ ...plan, eager: 'base' }), 'up to 480p')
    const av1 = (await hasEncoder(tools, 'av1')) ? await measureAv1(tools, plan, pictures, signal) : { cpu: 0, bits: 0 }
    return {
      of: `${sample ? basename(sample) : 'a generated clip'}, ${source.height}p${Math.round(rateOf(plan.video!.renditions.at(-1)!.rate))}, on ${availableParallelism()} × ${cpus()[0]?.model.trim() ?? process.arch}`,
      cores: availableParallelism(),
      height: source.height,
      framesPerSecond: rateOf(plan.video!.renditions.at(-1)!.rate),
      ...(await withSound(tools, plan, { url: server.url, signal }, { opening: opening.cpuSeconds, all, base, av1 })),
    }
  } finally {
    server.close()
    rmSync(workDir, { recursive: true, force: true, maxRetries: 5 })
  }
}

type Cost = { cpu: number; bits: number }

async function measureAv1(tools: MediaTools, plan: Plan, pictures: (plan: Plan, ids: string[], name: string) => Promise<Cost>, signal: AbortSignal): Promise<Cost> {
  const tier = draftAv1(plan)
  const inits = await makeInits(tools, { ...plan, video: { ...plan.video!, renditions: tier }, audio: [] }, { signal })
  const renditions = tier.map((one) => ({ ...one, codecs: inits.get(one.id)!.codecs, parameterSetsSha256: inits.get(one.id)!.parameterSetsSha256 }))
  return pictures({ ...plan, video: { ...plan.video!, renditions } }, renditions.map(({ id }) => id), 'AV1 of the same sizes')
}

async function withSound(
  tools: MediaTools,
  plan: Plan,
  { url, signal }: { url: string; signal: AbortSignal },
  { opening, all, base, av1 }: { opening: number; all: Cost; base: Cost; av1: Cost },
): Promise<Pick<Speeds, 'cpu' | 'bits'>> {
  let sound: Cost = { cpu: 0, bits: 0 }
  for (const rendition of plan.audio) {
    const { value, cpuSeconds } = await costOf(() => encodeAudioSpan(tools, { plan, rendition, url, from: 0, to: segmentCount(rendition.grid, 'audio'), mode: 'normal', signal }))
    const seconds = gridSeconds(rendition.grid)
    sound = { cpu: sound.cpu + cpuSeconds / seconds, bits: sound.bits + (value.reduce((sum, { bytes }) => sum + bytes.byteLength, 0) * 8) / seconds }
  }
  return { cpu: { opening, all: all.cpu, base: base.cpu, av1: av1.cpu, sound: sound.cpu }, bits: { all: all.bits, base: base.bits, av1: av1.bits, sound: sound.bits } }
}

async function costOf<T>(work: () => Promise<T>): Promise<{ value: T; cpuSeconds: number }> {
  const spent = () => processorSeconds(process.pid, { withChildren: true })
  const before = spent()
  const value = await work()
  return { value, cpuSeconds: spent() - before }
}

/** A moving pattern with grain and a tone: not a film, but not a still either. */
function generateClip({ ffmpeg }: MediaTools, folder: string): string {
  const path = join(folder, 'sample.mp4')
  const picture = `testsrc2=size=1920x1080:rate=30:duration=${sampleSeconds},noise=alls=8:allf=t,format=yuv420p`
  const args = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', `sine=duration=${sampleSeconds}`, '-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '18', '-g', '60', '-c:a', 'aac', '-movflags', '+faststart']
  execFileSync(ffmpeg, ['-v', 'error', '-nostdin', '-y', ...args, path], { stdio: ['ignore', 'ignore', 'inherit'] })
  return path
}

/** The file by ranged GETs on loopback: encoders read their sources so. */
async function serveFile(path: string): Promise<{ url: string; close(): void }> {
  const size = statSync(path).size
  const server = createServer((request, response) => {
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
    const [start, end] = [Number(range?.[1] ?? 0), Math.min(size - 1, Number(range?.[2] || size - 1))]
    response.writeHead(range ? 206 : 200, { 'accept-ranges': 'bytes', 'content-length': end - start + 1, ...(range && { 'content-range': `bytes ${start}-${end}/${size}` }) })
    const bytes = createReadStream(path, { start, end })
    bytes.on('error', () => response.destroy())
    response.on('close', () => bytes.destroy())
    bytes.pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/sample`,
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

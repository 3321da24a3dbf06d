/** The arithmetic of a fleet. Pure: what goes in is in the output, and each formula says where it comes from. */
import { choosePartSize } from '@sluice/server/upload/choose-part-size'
import type { Assumed } from './assumptions.ts'
import { sizesOf, type Sizes } from './sizes.ts'
import type { Speeds } from './speeds.ts'

export type Policy = 'all' | 'base'

export type FleetPlan = {
  perVideo: { encoderSeconds: number; cpuSeconds: number; tasks: number; documentWrites: number; puts: number; gets: number; sourceBytes: number; encodedBytes: number }
  uploadsPerSecond: { mean: number; peak: number }
  encoders: { mean: number; peak: number; provisioned: number }
  reference: { name: string; encoders: number; how: string }[]
  perDay: { storageBytes: number; egressBytes: number; puts: number; gets: number }
  rates: { tasksPerSecond: number; queueOperationsPerSecond: number; documentWritesPerSecond: number; documentReadsPerSecond: number; playsPerSecond: number; egressBitsPerSecond: number }
  dollarsPerDay: { encoding: number; storageFirstMonth: number; requests: number; egress: number }
}

const day = 86_400
/** As the product cuts: chunks of 8 segments of 4 s (encode/plan/make-plan.ts), sound in parts of 8 chunks (encode/tasks/audio-parts.ts). */
const [chunkSeconds, partSeconds] = [32, 256]
/**
 * Share of what is above the base renditions that gets made. Under `base`: what is too slow to wait for, and what viewers
 * have made of the rest. The latter costs what it costs in the whole ladder: one decode more a chunk, which `lazy-ladder` shows to be small.
 */
const madeAbove = (policy: Policy, { lazyShare }: Sizes, assumed: Assumed): number => (policy === 'all' ? 1 : 1 - lazyShare * (1 - assumed['lazy-watched']))

/** Of a second of video, in whatever unit: the ladder by policy, sound, and the AV1 tier for its share of videos. */
function perSecond(of: Speeds['bits'], policy: Policy, speeds: Speeds, assumed: Assumed): number {
  const ladder = of.base + madeAbove(policy, sizesOf(speeds), assumed) * Math.max(0, of.all - of.base)
  return ladder + of.sound + assumed['av1-share'] * of.av1
}

/** CPU seconds of one video: the opening and what is done beside once, the rest by length. */
export const cpuSecondsOf = (seconds: number, policy: Policy, speeds: Speeds, assumed: Assumed): number => speeds.cpu.opening + assumed['side-work'] + seconds * perSecond(speeds.cpu, policy, speeds, assumed)

/** Bytes of all that is stored beside the source. */
const encodedBytesOf = (seconds: number, policy: Policy, speeds: Speeds, assumed: Assumed): number => (seconds * perSecond(speeds.bits, policy, speeds, assumed)) / 8

/**
 * Little's law (1961): encoders busy = arrivals a second × encoder-seconds of each. The fleet is what the busiest hour
 * needs at the wanted utilisation: mean × peak factor ÷ utilisation.
 */
export function encodersFor(uploadsPerDay: number, encoderSeconds: number, assumed: Pick<Assumed, 'peak-factor' | 'utilisation'>): FleetPlan['encoders'] {
  const mean = (uploadsPerDay / day) * encoderSeconds
  const peak = mean * assumed['peak-factor']
  return { mean, peak, provisioned: Math.ceil(peak / assumed.utilisation) }
}

/**
 * What one video puts into the queue: inspection (with the opening), poster, sound by parts, chunks, six extras
 * (domain/messages.ts), and two sweeps. AV1 adds its decision and its chunks.
 */
function tasksOf(seconds: number, assumed: Assumed): number {
  const chunks = Math.ceil(seconds / chunkSeconds)
  return 1 + 1 + Math.ceil(seconds / partSeconds) + chunks + 6 + 2 + assumed['av1-share'] * (1 + chunks)
}

/** PUTs: parts with begin, two lists and the end of the upload; an object per chunk and rendition, init segments, pictures of the video. */
function putsOf(sourceBytes: number, seconds: number, policy: Policy, speeds: Speeds, assumed: Assumed): number {
  const { partCount } = choosePartSize(Math.max(1, Math.round(sourceBytes)))
  const sizes = sizesOf(speeds)
  const [all, base] = [sizes.all.length, sizes.base.length]
  const pictures = base + madeAbove(policy, sizes, assumed) * (all - base)
  const chunks = Math.ceil(seconds / chunkSeconds)
  return partCount + 4 + chunks * (pictures + 1 + assumed['av1-share'] * all) + (all + 1) + 5
}

/** Ranges of the source that a task's ffmpeg asks for: the index, the first pictures, the span itself and what is read again behind a seek. */
const readsPerTask = 4
/** Enqueue, the answer to a waiting take, ack; a task of some seconds is rarely extended. */
const queueOperationsPerTask = 3
/** Upload, due entries, lists and video from begin to complete (upload/begin.ts, upload/complete.ts): thirteen; plan, manifests, states, places of the account: a dozen. */
const writesPerVideo = 25
/** Claim made and removed, slots committed (worker/claim-work.ts, records/chunk.ts). */
const writesPerTask = 3
/** Video, plan and chunk before the work, video after it; a claim's condition. */
const readsOfDocumentsPerTask = 6
/** POST /play: video, session or key; what viewers got comes in batches of about one a minute and is summed (docs/decisions/0026). */
const [readsPerPlay, writesPerPlay] = [2, 2]
const segmentSeconds = 4

/** The whole plan. */
export function planFleet(policy: Policy, speeds: Speeds, assumed: Assumed): FleetPlan {
  const seconds = assumed.minutes * 60
  const uploads = assumed['uploads-per-day']
  const cpuSeconds = cpuSecondsOf(seconds, policy, speeds, assumed)
  // An encoder is one machine of that many cores; bulk keeps a share of them busy.
  const encoderSeconds = cpuSeconds / (speeds.cores * assumed['core-use'])
  const sourceBytes = (seconds * assumed['source-mbps'] * 1e6) / 8
  const encodedBytes = encodedBytesOf(seconds, policy, speeds, assumed)
  const tasks = tasksOf(seconds, assumed)
  const plays = (uploads / day) * assumed['views-per-upload']
  const watchedSeconds = seconds * assumed['watched-share']
  const egressBytes = plays * day * watchedSeconds * (assumed['viewer-mbps'] * 1e6) / 8
  const misses = plays * day * (watchedSeconds / segmentSeconds) * 2 * (1 - assumed['edge-hit-rate'])
  const puts = putsOf(sourceBytes, seconds, policy, speeds, assumed)
  const gets = tasks * readsPerTask
  const encoders = encodersFor(uploads, encoderSeconds, assumed)
  const peak = (perDay: number): number => (perDay / day) * assumed['peak-factor']
  const perDay = { storageBytes: uploads * (sourceBytes + encodedBytes), egressBytes, puts: uploads * puts, gets: uploads * gets + misses }
  return {
    perVideo: { encoderSeconds, cpuSeconds, tasks, documentWrites: writesPerVideo + tasks * writesPerTask, puts, gets, sourceBytes, encodedBytes },
    uploadsPerSecond: { mean: uploads / day, peak: peak(uploads) },
    encoders,
    reference: reference(policy, speeds, assumed),
    perDay,
    rates: {
      tasksPerSecond: peak(uploads * tasks),
      queueOperationsPerSecond: peak(uploads * tasks * queueOperationsPerTask),
      documentWritesPerSecond: peak(uploads * (writesPerVideo + tasks * writesPerTask) + plays * day * writesPerPlay),
      documentReadsPerSecond: peak(uploads * tasks * readsOfDocumentsPerTask + plays * day * readsPerPlay),
      playsPerSecond: plays * assumed['peak-factor'],
      egressBitsPerSecond: peak(egressBytes) * 8,
    },
    dollarsPerDay: {
      // Encoders that are started by load are paid for the mean, at the utilisation that they are kept at.
      encoding: (encoders.mean / assumed.utilisation) * 24 * speeds.cores * assumed['core-hour-price'],
      storageFirstMonth: (perDay.storageBytes / 1e9) * assumed['storage-price'],
      requests: (perDay.puts / 1000) * assumed['put-price'] + (perDay.gets / 1000) * assumed['get-price'],
      egress: (egressBytes / 1e9) * assumed['egress-price'],
    },
  }
}

/** 50 million uploads a day of a minute's work: by hand, to the second of the day, and with one minute of video at these speeds. */
function reference(policy: Policy, speeds: Speeds, assumed: Assumed): FleetPlan['reference'] {
  const uploads = 50e6
  const measured = cpuSecondsOf(60, policy, speeds, assumed) / (speeds.cores * assumed['core-use'])
  const exact = encodersFor(uploads, 60, assumed)
  const own = encodersFor(uploads, measured, assumed)
  return [
    { name: 'by hand', encoders: 500 * 60, how: '500 a second (a day of 100,000 s) × 60 s of work' },
    { name: 'to the second', encoders: Math.round(exact.mean), how: '50,000,000 ÷ 86,400 s × 60 s of work' },
    { name: 'with headroom', encoders: exact.provisioned, how: `the same × peak factor ${assumed['peak-factor']} ÷ utilisation ${assumed.utilisation}` },
    { name: 'a minute of video', encoders: Math.round(own.mean), how: `at these speeds: ${measured.toFixed(1)} encoder-seconds each` },
    { name: 'and its headroom', encoders: own.provisioned, how: `the same × ${assumed['peak-factor']} ÷ ${assumed.utilisation}` },
  ]
}

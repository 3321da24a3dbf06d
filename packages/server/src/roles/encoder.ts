/** The encoder role: the worker and the reconciler over the opened ports. */
import { mkdir, rm } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import { resolve } from 'node:path'
import type { Log } from '../base/log.ts'
import type { Measures } from '../base/measures.ts'
import { systemClock } from '../base/time.ts'
import type { Tracer } from '../base/tracer.ts'
import type { Settings } from '../config/settings.ts'
import type { TierCodec } from '../domain/plan.ts'
import type { EncodeDeps, UpgradePolicy } from '../encode/deps.ts'
import { openMediaRoom, type MediaRoom } from '../encode/media-room.ts'
import { startReconciler, type UploadDueHandler } from '../encode/reconcile/reconcile.ts'
import { announceHardware } from '../encode/worker/hardware-presence.ts'
import { trackProgress } from '../encode/progress/track-progress.ts'
import { startWorker } from '../encode/worker/work.ts'
import { ownWorkRoot, removeStaleWork } from '../encode/worker/work-directory.ts'
import type { Priority } from '../ports/queue.ts'
import { tierEncoders } from '../media/tools.ts'
import { chooseVideoEncoder } from './choose-video-encoder.ts'
import { confineMedia } from './confine-media.ts'
import type { Ports } from './open-drivers.ts'

export type EncoderOptions = Omit<Ports, 'cache'> & { settings: Settings; log: Log; onDueUpload: UploadDueHandler; measures?: Measures; tracer?: Tracer }

/**
 * `stop` drains: bulk tasks go back to the queue at once, what viewers wait for is finished.
 * Errors: SandboxMissing; the system's, for a work directory that can't be made.
 */
export async function startEncoder(options: EncoderOptions): Promise<{ stop(): Promise<void> }> {
  const { settings, documents, objects, queue, signals } = options
  const log = options.log.child({ role: 'encoder' })
  const workParent = resolve(settings.SLUICE_WORK_DIR || tmpdir())
  await mkdir(workParent, { recursive: true })
  await removeStaleWork(workParent)
  await confineMedia(settings, ownWorkRoot(workParent), log)
  const media = openMediaRoom({ ffmpeg: settings.SLUICE_FFMPEG, ffprobe: settings.SLUICE_FFPROBE })
  const deps: EncodeDeps = {
    documents,
    objects,
    queue,
    signals,
    log,
    clock: systemClock,
    measures: options.measures,
    tracer: options.tracer,
    media,
    limits: {
      slots: settings.SLUICE_ENCODER_SLOTS,
      priorities: settings.SLUICE_ENCODER_PRIORITIES.map((priority) => Number(priority) as Priority),
      videosPerAccount: settings.SLUICE_ACCOUNT_VIDEOS_IN_WORK,
      preset: settings.SLUICE_ENCODER_PRESET,
      cores: availableParallelism(),
      videoEncoder: await chooseVideoEncoder(settings, log),
      hardwareWaitMinutes: settings.SLUICE_HARDWARE_WAIT_MINUTES,
      eager: settings.SLUICE_LADDER_EAGER,
      lazyFill: settings.SLUICE_LADDER_FILL,
      upgrade: {
        av1: await upgradePolicy('av1', settings.SLUICE_UPGRADE, media, log),
        opus: await upgradePolicy('opus', settings.SLUICE_OPUS, media, log),
        prices: { egressPerGigabyte: settings.SLUICE_EGRESS_PRICE_PER_GB, cpuPerHour: settings.SLUICE_CPU_PRICE_PER_HOUR },
      },
      transcribeCommand: settings.SLUICE_TRANSCRIBE_COMMAND,
      maxDurationSeconds: settings.SLUICE_MAX_DURATION_HOURS * 3600,
      sweepGraceMinutes: settings.SLUICE_SWEEP_GRACE_MINUTES,
      fastDue: settings.SLUICE_TEST_FAST_DUE,
      workRoot: ownWorkRoot(workParent),
    },
  }
  // Ahead of the first video, whose opening would wait for it; what is missing is said at once.
  deps.media.encoderBuild().catch((error: unknown) => log.error({ err: error }, 'no video can be encoded here yet'))
  const progress = trackProgress(deps)
  const worker = startWorker({ ...deps, progress })
  const announcement = announceHardware(deps)
  const reconciler = startReconciler(deps, options.onDueUpload)
  return {
    async stop() {
      announcement.stop()
      await Promise.all([worker.stop(), reconciler.stop()])
      await rm(deps.limits.workRoot, { recursive: true, force: true })
      await progress.drain().catch((error: unknown) => log.warn({ err: error }, 'progress is left to the reconciler'))
    },
  }
}

/** Without an encoder for it no video gets a codec: said once here, instead of a task that fails for every video. */
async function upgradePolicy(codec: TierCodec, policy: UpgradePolicy, media: MediaRoom, log: Log): Promise<UpgradePolicy> {
  if (policy === 'never' || (await media.canEncode(codec).catch(() => false))) return policy
  log.error({ codec, policy }, `no video gets that codec here: this ffmpeg has no ${tierEncoders[codec]}`)
  return 'never'
}

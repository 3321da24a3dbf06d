/** Which hardware encoders the fleet has: each encoder says so every half minute, so that plans for one that is gone don't wait for ever. */
import type { HardwareEncoder } from '../../domain/plan.ts'
import { minuteOf, readMark, writeMark } from '../../records/due.ts'
import type { EncodeDeps } from '../deps.ts'

type PresenceDeps = Pick<EncodeDeps, 'documents' | 'clock' | 'limits' | 'log'>

const everyMs = 30_000
const defaultWaitMinutes = 10
/** For a video that nobody can watch yet: an encoder that is restarted is back by then. */
const openingWaitMinutes = 2
const markOf = (encoder: HardwareEncoder): string => `encoder/${encoder}`

/** At once and from then on; nothing where there is no such hardware. */
export function announceHardware(deps: PresenceDeps): { stop(): void } {
  const { videoEncoder } = deps.limits
  const say = () => {
    noteHardware(deps).catch((error: unknown) => deps.log.warn({ err: error, videoEncoder }, 'the hardware encoder was not announced'))
  }
  say()
  const timer = videoEncoder && setInterval(say, everyMs).unref()
  return { stop: () => clearInterval(timer) }
}

export async function noteHardware({ documents, clock, limits }: PresenceDeps): Promise<void> {
  if (limits.videoEncoder) await writeMark(documents, markOf(limits.videoEncoder), minuteOf(clock()))
}

/** Whether no encoder has had it for so long that a video in that state waits no more. */
export async function isHardwareGone({ documents, clock, limits }: PresenceDeps, encoder: HardwareEncoder, isPlayable: boolean): Promise<boolean> {
  const seen = await readMark(documents, markOf(encoder))
  const patience = isPlayable ? (limits.hardwareWaitMinutes ?? defaultWaitMinutes) : openingWaitMinutes
  return seen === undefined || minuteOf(clock()) - seen >= patience
}

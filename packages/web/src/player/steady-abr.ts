/** Shaka's bandwidth-based choice, made steady: it starts where it is told and learns nothing from requests that were held. */
import type { AbrManager, Variant } from './shaka.ts'

/**
 * From this wait for the first byte on, a request counts as held: the server was still encoding the segment (it holds
 * for up to 8 s). A line that is so slow that every answer takes longer stays with the start rendition, which is right.
 */
export const heldFromMs = 1000

type Sample = { deltaMs: number; timeToFirstByteMs: number | undefined }

/**
 * The milliseconds to account for a piece of a download; undefined when it tells nothing about the line.
 * Never 0: the estimator divides by it, and a piece from a local cache or the same machine takes less than a clock tick.
 */
export function honestMs({ deltaMs, timeToFirstByteMs }: Sample): number | undefined {
  if ((timeToFirstByteMs ?? 0) >= heldFromMs) return undefined
  return Math.max(1, deltaMs)
}

/** While the video is still being encoded, a higher rendition is asked for only with so much in hand: the request may be held. */
const growingReserveSeconds = 12
/** At the start something is to play first: a switch before that fetches the same seconds twice. */
const reserveSeconds = 1
/** Shaka's own margin (bandwidthDowngradeTarget): below it the present rendition is too much for the line. */
const downgradeTarget = 0.95

export type AbrCircumstances = {
  /** A Representation id of the manifest. */
  startRendition: () => string | undefined
  /** Whether segments may still have to be encoded. */
  isGrowing: () => boolean
  /** What is buffered ahead of the playhead. */
  secondsAhead: () => number
}

/** In another codec's family than the one named, its lowest. */
function startOf(variants: Variant[], renditionId: string | undefined): Variant | undefined {
  if (renditionId === undefined) return undefined
  return variants.find(({ video }) => video?.originalId === renditionId) ?? variants.toSorted((a, b) => a.bandwidth - b.bandwidth)[0]
}

export type SteadyAbr = AbrManager & {
  /** The playhead was put where nothing is encoded yet: the start rendition is made soonest. Nothing where that place is buffered. */
  seekedToUnencoded(): void
}

/** Takes Shaka's own manager and replaces four of its methods. */
export function createSteadyAbr(manager: AbrManager, { startRendition, isGrowing, secondsAhead }: AbrCircumstances): SteadyAbr {
  const choose = manager.chooseVariant.bind(manager)
  const setVariants = manager.setVariants.bind(manager)
  const account = manager.segmentDownloaded.bind(manager)
  let variants: Variant[] = []
  let chosen: Variant | undefined
  let hasSample = false
  let switchTo: Parameters<AbrManager['init']>[0] | undefined

  const init = manager.init.bind(manager)
  manager.init = (onSwitch, onDisable) => {
    switchTo = onSwitch
    return init(onSwitch, onDisable)
  }
  manager.setVariants = (next: Variant[], isLowLatency: boolean) => {
    variants = next
    return setVariants(next, isLowLatency)
  }
  manager.chooseVariant = (preferFastSwitching) => {
    const start = hasSample ? undefined : startOf(variants, startRendition())
    if (start) return (chosen = start)
    const present = chosen && variants.includes(chosen) ? chosen : undefined
    const isThin = secondsAhead() < (isGrowing() ? growingReserveSeconds : reserveSeconds)
    // Not even asked: Shaka's manager would note the time of a choice, and let 8 s pass before the next.
    if (present && isThin && manager.getBandwidthEstimate() * downgradeTarget >= present.bandwidth) return present
    const next = choose(preferFastSwitching)
    if (present && isThin && next.bandwidth > present.bandwidth) return present
    return (chosen = next)
  }
  manager.segmentDownloaded = (deltaMs, bytes, allowSwitch, request, context) => {
    const ms = honestMs({ deltaMs, timeToFirstByteMs: request?.timeToFirstByte ?? undefined })
    if (ms === undefined) return
    hasSample = true
    account(ms, bytes, allowSwitch, request, context)
  }
  const seekedToUnencoded = () => {
    const start = startOf(variants, startRendition())
    if (!start || start === chosen || secondsAhead() > 0) return
    chosen = start
    switchTo?.(start, false, 0)
  }
  return Object.assign(manager, { seekedToUnencoded })
}

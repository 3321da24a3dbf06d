/** The hardware encoder that new plans are made for, if the one that was set works here. */
import type { Log } from '../base/log.ts'
import type { Settings } from '../config/settings.ts'
import type { HardwareEncoder } from '../domain/plan.ts'
import { hardwareTrouble } from '../media/probe-hardware.ts'

/** Undefined: software, as set or because the other does not work, which is said. */
export async function chooseVideoEncoder(settings: Settings, log: Log): Promise<HardwareEncoder | undefined> {
  const encoder = settings.SLUICE_VIDEO_ENCODER
  if (encoder === 'software') return undefined
  const reason = await hardwareTrouble({ ffmpeg: settings.SLUICE_FFMPEG, ffprobe: settings.SLUICE_FFPROBE }, encoder)
  if (reason === undefined) {
    log.info({ videoEncoder: encoder }, 'new videos are encoded in hardware')
    return encoder
  }
  log.error({ videoEncoder: encoder, reason }, 'the hardware encoder does not work here: new videos are encoded in software')
  return undefined
}

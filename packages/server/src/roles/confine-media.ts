/** Puts ffmpeg into a sandbox before the first file is read, as the settings ask. */
import { resolve } from 'node:path'
import type { Log } from '../base/log.ts'
import type { Settings } from '../config/settings.ts'
import { hardwareDevices } from '../media/hardware.ts'
import { findSandbox } from '../media/find-sandbox.ts'
import { confineRuns } from '../media/run.ts'

/** The sandbox was required, and there is none. */
export class SandboxMissing extends Error {
  override name = 'SandboxMissing'
}

/** Errors: SandboxMissing, with a sentence for a person. */
export async function confineMedia(settings: Settings, workRoot: string, log: Log): Promise<void> {
  if (settings.SLUICE_SANDBOX === 'off') {
    confineRuns(undefined)
    return log.info({ sandbox: false }, 'ffmpeg runs without a sandbox, as set')
  }
  const devices = settings.SLUICE_VIDEO_ENCODER === 'software' ? [] : hardwareDevices[settings.SLUICE_VIDEO_ENCODER]
  const tools = { ffmpeg: settings.SLUICE_FFMPEG, ffprobe: settings.SLUICE_FFPROBE }
  const found = await findSandbox(tools, { workRoot, hidden: [resolve(settings.SLUICE_DATA_DIR)], devices })
  confineRuns(found.sandbox)
  if (found.sandbox) return log.info({ sandbox: true }, 'ffmpeg runs in a sandbox')
  if (settings.SLUICE_SANDBOX === 'required') throw new SandboxMissing(`SLUICE_SANDBOX is "required", and there is no sandbox: ${found.reason}.`)
  log.warn({ sandbox: false, reason: found.reason }, 'ffmpeg runs without a sandbox, within its limits')
}

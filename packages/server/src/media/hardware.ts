/** H.264 encoders in hardware: what each is told, in the words of its driver. Pure. Not tried on hardware; see docs/encoding.md. */
import type { HardwareEncoder, VideoDraft } from '../domain/plan.ts'

export type OutputOptions = { timescale: number; segmentFrames: number; threads: number; reportsSsim?: boolean }

type Drafted = Pick<VideoDraft, 'capBitsPerSecond' | 'framesPerGridFrame' | 'settings'>

/** ffmpeg's name of each. */
export const hardwareEncoders: Record<HardwareEncoder, string> = { nvenc: 'h264_nvenc', vaapi: 'h264_vaapi', qsv: 'h264_qsv' }

/** Device files that a sandbox must show. */
export const hardwareDevices: Record<HardwareEncoder, string[]> = {
  nvenc: ['/dev/nvidia0', '/dev/nvidiactl', '/dev/nvidia-uvm', '/dev/nvidia-uvm-tools', '/dev/dri'],
  vaapi: ['/dev/dri'],
  qsv: ['/dev/dri'],
}

const renderDevice = '/dev/dri/renderD128'

/** Before the inputs: the device that pictures are uploaded to. */
export const deviceArgs = (encoder: HardwareEncoder | undefined): string[] => (encoder === 'vaapi' ? ['-vaapi_device', renderDevice] : [])

/** After the last filter of a rendition: VA-API takes pictures from its own memory, the others from ours. */
export const uploadFilters = (encoder: HardwareEncoder | undefined): string => (encoder === 'vaapi' ? ',format=nv12,hwupload' : '')

/**
 * As for x264: constant quality under a cap, one GOP a segment, key frames only where they are forced, and IDR. Two B
 * pictures, which are not referred to, so that offsets stay within what the checks know.
 */
export function hardwareArgs(encoder: HardwareEncoder, { capBitsPerSecond, framesPerGridFrame, settings }: Drafted, options: OutputOptions): string[] {
  const cap = String(capBitsPerSecond)
  const quality = String(settings.crf)
  const most = ['-maxrate', cap, '-bufsize', cap, '-g', String(options.segmentFrames * framesPerGridFrame), '-flags', '+cgop', '-profile:v', settings.profile]
  // Level 4.1 as 41: all three take the number.
  const level = ['-level:v', String(Math.round(Number(settings.level) * 10))]
  switch (encoder) {
    case 'nvenc':
      return ['-c:v', 'h264_nvenc', '-preset', 'p4', '-tune', 'hq', '-rc', 'vbr', '-cq', quality, '-b:v', '0', ...most, ...level, '-bf', '2', '-b_ref_mode', 'disabled', '-no-scenecut', '1', '-forced-idr', '1', '-strict_gop', '1']
    case 'vaapi':
      return ['-c:v', 'h264_vaapi', '-rc_mode', 'QVBR', '-global_quality', quality, '-b:v', String(Math.round(capBitsPerSecond * 0.7)), ...most, ...level, '-bf', '2', '-idr_interval', '0', '-sei', '0']
    case 'qsv':
      return ['-c:v', 'h264_qsv', '-preset', 'medium', '-global_quality', quality, '-look_ahead', '0', ...most, ...level, '-bf', '2', '-b_strategy', '0', '-adaptive_i', '0', '-adaptive_b', '0', '-idr_interval', '0', '-forced_idr', '1']
  }
}

/** Node, ffmpeg and Chromium. */
import type { HardwareEncoder } from '@sluice/server/domain/plan'
import { findSandbox } from '@sluice/server/media/find-sandbox'
import { hardwareTrouble } from '@sluice/server/media/probe-hardware'
import { checkTools, MediaToolsMissing } from '@sluice/server/media/tools'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Finding } from './finding.ts'
import { findProgram, installCommand } from './install-command.ts'

export function checkNode(version: string): Finding {
  const about = `Node ${version}`
  return Number(version.split('.')[0]) >= 24 ? { result: 'ok', about } : { result: 'missing', about: `${about}; 24 is needed`, remedy: 'npm install' }
}

/** A trial encode with libx264 and aac. */
export async function checkFfmpeg(tools: { ffmpeg: string; ffprobe: string }, pathDirectories: string[]): Promise<Finding> {
  try {
    const { ffmpegVersion, x264Build } = await checkTools(tools)
    return { result: 'ok', about: `ffmpeg ${ffmpegVersion}, ffprobe, ${x264Build}, aac` }
  } catch (error) {
    if (!(error instanceof MediaToolsMissing)) throw error
    return { result: 'missing', about: error.message, remedy: installCommand('ffmpeg', pathDirectories) }
  }
}

/** Nothing to say where software encodes. */
export async function checkHardware(setting: 'software' | HardwareEncoder, tools: { ffmpeg: string; ffprobe: string }): Promise<Finding | undefined> {
  if (setting === 'software') return undefined
  const reason = await hardwareTrouble(tools, setting)
  if (reason === undefined) return { result: 'ok', about: `${setting} encodes a trial picture` }
  return { result: 'advice', about: `${setting} does not work here, software encodes: ${reason}`, remedy: 'install its driver, or set SLUICE_VIDEO_ENCODER=software' }
}

/** Whether ffmpeg runs in a sandbox here, and why not. */
export async function checkSandbox(
  setting: 'auto' | 'off' | 'required',
  tools: { ffmpeg: string; ffprobe: string },
  dataDirectory: string,
  pathDirectories: string[],
): Promise<Finding> {
  if (setting === 'off') return { result: 'advice', about: 'ffmpeg runs without a sandbox: SLUICE_SANDBOX is off' }
  const found = await findSandbox(tools, { workRoot: join(tmpdir(), 'sluice-doctor'), hidden: [resolve(dataDirectory)], devices: [] })
  if (found.sandbox) return { result: 'ok', about: 'ffmpeg runs in a sandbox (bubblewrap)' }
  const remedy = found.reason.includes('not installed') ? installCommand('bubblewrap', pathDirectories) : 'allow unprivileged user namespaces to this user or container'
  return { result: setting === 'required' ? 'missing' : 'advice', about: `ffmpeg runs without a sandbox: ${found.reason}`, remedy: process.platform === 'linux' ? remedy : undefined }
}

export function checkChromium(pathDirectories: string[]): Finding {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
  const found = findProgram(names, [...pathDirectories, '/Applications/Chromium.app/Contents/MacOS', '/Applications/Google Chrome.app/Contents/MacOS'])
  if (found) return { result: 'ok', about: `Chromium for the tests (${found})` }
  return { result: 'advice', about: 'no Chromium: only the tests need it', remedy: installCommand('chromium', pathDirectories) }
}

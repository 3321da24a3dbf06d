/** Node, ffmpeg and Chromium. */
import { checkTools, MediaToolsMissing } from '@sluice/server/media/tools'
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

export function checkChromium(pathDirectories: string[]): Finding {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'chrome']
  const found = findProgram(names, [...pathDirectories, '/Applications/Chromium.app/Contents/MacOS', '/Applications/Google Chrome.app/Contents/MacOS'])
  if (found) return { result: 'ok', about: `Chromium for the tests (${found})` }
  return { result: 'advice', about: 'no Chromium: only the tests need it', remedy: installCommand('chromium', pathDirectories) }
}

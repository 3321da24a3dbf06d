/** The programs that come from the system: how they are found, and in which package they are. */
import { accessSync, constants } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'

/**
 * `commands`: sets of names of which one has to be there entirely. `required`: nothing works without it;
 * the others only take tests or measurements away, which then say so.
 */
export const needs = {
  ffmpeg: {
    name: 'ffmpeg',
    required: true,
    why: 'it reads and encodes the videos',
    commands: () => [[process.env.SLUICE_FFMPEG || 'ffmpeg', process.env.SLUICE_FFPROBE || 'ffprobe']],
    packages: { 'apt-get': 'ffmpeg', dnf: 'ffmpeg', apk: 'ffmpeg', pacman: 'ffmpeg', brew: 'ffmpeg' },
    note: { dnf: 'Fedora has ffmpeg with H.264 in the RPM Fusion repository; add that first.' },
  },
  chromium: {
    name: 'chromium',
    required: false,
    why: 'the browser tests are skipped without it',
    commands: () => [
      ['chromium'],
      ['chromium-browser'],
      ['google-chrome'],
      ['/Applications/Google Chrome.app/Contents/MacOS/Google Chrome'],
      ['/Applications/Chromium.app/Contents/MacOS/Chromium'],
    ],
    packages: { 'apt-get': 'chromium', dnf: 'chromium', apk: 'chromium', pacman: 'chromium', brew: '--cask chromium' },
  },
  nginx: {
    name: 'nginx',
    required: false,
    why: 'the edge is measured against it',
    commands: () => [['nginx'], ['/usr/sbin/nginx'], ['/usr/local/sbin/nginx']],
    packages: { 'apt-get': 'nginx-light', dnf: 'nginx', apk: 'nginx', pacman: 'nginx', brew: 'nginx' },
  },
  wrk: {
    name: 'wrk',
    required: false,
    why: 'measurements use a slower load generator without it',
    commands: () => [['wrk']],
    packages: { 'apt-get': 'wrk', dnf: 'wrk', apk: 'wrk', pacman: 'wrk', brew: 'wrk' },
  },
}

/** The path of the program's first command, or undefined when it is not installed. */
export function findProgram(name) {
  for (const set of needs[name].commands()) {
    const paths = set.map(which)
    if (paths.every(Boolean)) return paths[0]
  }
  return undefined
}

/** Like the shell's `command -v`, without starting a process. */
export function which(command) {
  const candidates = isAbsolute(command) ? [command] : (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder || '.', command))
  return candidates.find(isExecutable)
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

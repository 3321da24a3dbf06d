/** The exact command that installs a program of the system here. */
import { accessSync, constants } from 'node:fs'
import { join } from 'node:path'

/** By the package manager's program: how it installs, and what it calls the package. */
const managers = {
  'apt-get': { install: 'sudo apt-get install -y', ffmpeg: 'ffmpeg', chromium: 'chromium', bubblewrap: 'bubblewrap' },
  dnf: { install: 'sudo dnf install -y', ffmpeg: 'ffmpeg', chromium: 'chromium', bubblewrap: 'bubblewrap' },
  apk: { install: 'sudo apk add', ffmpeg: 'ffmpeg', chromium: 'chromium', bubblewrap: 'bubblewrap' },
  pacman: { install: 'sudo pacman -S --noconfirm', ffmpeg: 'ffmpeg', chromium: 'chromium', bubblewrap: 'bubblewrap' },
  brew: { install: 'brew install', ffmpeg: 'ffmpeg', chromium: '--cask chromium', bubblewrap: 'bubblewrap' },
} as const

/** The path of the first of the programs that one of the directories has. */
export function findProgram(names: readonly string[], directories: readonly string[]): string | undefined {
  for (const name of names) {
    for (const directory of directories) {
      const path = join(directory, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // Not here: the next directory.
      }
    }
  }
  return undefined
}

export function installCommand(program: 'ffmpeg' | 'chromium' | 'bubblewrap', directories: readonly string[]): string {
  const manager = Object.entries(managers).find(([name]) => findProgram([name], directories))?.[1]
  return manager ? `${manager.install} ${manager[program]}` : `install ${program} with this system's package manager`
}

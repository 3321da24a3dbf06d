/** Finds out whether runs can be put into a sandbox here, by running the tools in one. */
import { existsSync } from 'node:fs'
import { realpath } from 'node:fs/promises'
import { MediaRunError, runTool } from './run.ts'
import { toolDirectoriesOf, type Sandbox } from './sandbox.ts'
import type { MediaTools } from './tools.ts'

export type SandboxPlace = Pick<Sandbox, 'workRoot' | 'hidden' | 'devices'>

const places = ['/usr/bin/bwrap', '/bin/bwrap', '/usr/local/bin/bwrap']
/** The first that works: older ones do not know the second option, and root in a container may have no user namespaces. */
const optionSets = [['--unshare-user', '--disable-userns'], ['--unshare-user'], ['--unshare-user-try']]

/** A sandbox in which both tools run, or the reason why there is none, for the log and for the doctor. */
export async function findSandbox(tools: MediaTools, place: SandboxPlace): Promise<{ sandbox: Sandbox } | { sandbox: undefined; reason: string }> {
  const program = process.platform === 'linux' ? places.find((path) => existsSync(path)) : undefined
  if (!program) return { sandbox: undefined, reason: process.platform === 'linux' ? 'bubblewrap is not installed' : `there is none for ${process.platform}` }
  const programs = await Promise.all([tools.ffmpeg, tools.ffprobe].map(async (path) => (path.startsWith('/') ? await realpath(path).catch(() => path) : path)))
  let reason = ''
  for (const options of optionSets) {
    const sandbox: Sandbox = { program, options, toolDirectories: toolDirectoriesOf([tools.ffmpeg, tools.ffprobe, ...programs]), ...place }
    try {
      for (const tool of [tools.ffmpeg, tools.ffprobe]) await runTool({ program: tool, args: ['-version'], timeoutSeconds: 30, stdout: 'collect', sandbox })
      return { sandbox }
    } catch (error) {
      if (!(error instanceof MediaRunError)) throw error
      reason = error.stderrTail.trim().split('\n').at(-1) || error.message
    }
  }
  return { sandbox: undefined, reason: `bubblewrap does not work here: ${reason}` }
}

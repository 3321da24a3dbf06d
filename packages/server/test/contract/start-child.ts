/** Starts one of this directory's programs, to be killed by the test that started it. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

/** `lines` are its standard output's. `kill` is `kill -9`, and resolves when the process is gone. */
export function startChild(program: string, values: string[]): { lines: AsyncIterableIterator<string>; kill: () => Promise<void> } {
  const child = spawn(process.execPath, [join(import.meta.dirname, program), ...values], { stdio: ['ignore', 'pipe', 'inherit'] })
  const gone = once(child, 'exit')
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    lines,
    async kill() {
      child.kill('SIGKILL')
      await gone
    },
  }
}

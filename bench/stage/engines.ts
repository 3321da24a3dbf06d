/** All engines at once, on loopback, below one folder. */
import { engines } from '../../scripts/engines/all.ts'
import type { Engine } from '../../scripts/engines/engine.ts'

/** The settings that use them, and what stops them. One that does not start takes the others down again. */
export async function startEngines(folder: string): Promise<{ settings: Record<string, string>; stop(): Promise<void> }> {
  const running: Engine[] = []
  const stop = async () => {
    for (const engine of running.toReversed()) await engine.stop()
  }
  try {
    for (const { start } of engines) running.push(await start({ directory: folder }))
  } catch (error) {
    await stop()
    throw error
  }
  return { settings: Object.assign({}, ...running.map((engine) => engine.settings)) as Record<string, string>, stop }
}

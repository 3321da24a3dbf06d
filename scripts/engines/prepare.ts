/** Before the tests on engines: builds what is not in the cache, so that no test's time limit pays for it. */
import { engines } from './all.ts'

for (const engine of engines) await engine.prepare()

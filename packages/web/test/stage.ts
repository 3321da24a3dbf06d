/** The built site in Chromium over the mock server: one of each for the tests of a file. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { chromiumPath, launchBrowser } from './browser.ts'
import { makeDash } from './make-dash.ts'
import { startMockServer, type MockServer } from './mock-server.ts'

const isBuilt = existsSync(new URL('../dist/index.html', import.meta.url))
/** Why tests in the browser can't run here, or false. */
export const skip = !chromiumPath ? 'no Chromium here' : isBuilt ? false : 'the site is not built'
export const id = 'x'.repeat(16)

export type Stage = { mock: MockServer; browser: Browser; directory: string; close(): Promise<void> }

/** `withMedia`: the mock's media is a real DASH set, in `directory`. */
export async function openStage({ withMedia = false } = {}): Promise<Stage> {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-web-'))
  if (withMedia) await makeDash(directory)
  const mock = await startMockServer()
  if (withMedia) mock.media = { directory }
  const browser = await launchBrowser()
  return {
    mock,
    browser,
    directory,
    async close() {
      await browser.close()
      await mock.close()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** The main job in a real browser, on real engines: parts go from the page straight to the S3 server, none through the api. */
import assert from 'node:assert/strict'
import { statSync } from 'node:fs'
import { browserJourney } from '../../e2e/browser-journey.ts'
import { startInstallation, wholeInstallation } from './start-installation.ts'

browserJourney(
  () => startInstallation(wholeInstallation),
  ({ front, settings, url }, sent, clip) => {
    const { size } = statSync(clip)
    assert.ok(sent.length > 0 && sent.every((part) => part.url.startsWith(`${settings['SLUICE_S3_ENDPOINT']}/sluice-raw/v/`)), JSON.stringify(sent.map((part) => part.url.slice(0, 60))))
    assert.ok(sent.every((part) => !part.url.startsWith(url)))
    assert.equal(front.apiRequests().get('PUT') ?? 0, 0)
    // What the api is told about the upload, in JSON: nothing of the file.
    assert.ok(front.apiBodyBytes() < Math.min(20_000, size / 10), `${front.apiBodyBytes()} bytes of ${size} went through the api`)
  },
)

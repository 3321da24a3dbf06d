/** Installs what `npm start`, `npm test`, `npm run test:engines` or `npm run bench` needs and is missing. Runs on Node 20 before node_modules exists. */
import { checkNode } from './node-version.mjs'
import { holdLock } from './lock.mjs'
import { installPackages, packagesAreCurrent } from './npm-packages.mjs'
import { findProgram, needs } from './programs.mjs'
import { explain } from './say.mjs'
import { buildSite, siteIsCurrent } from './site.mjs'
import { installPrograms } from './system-packages.mjs'

const goals = {
  start: ['ffmpeg'],
  test: ['ffmpeg', 'chromium'],
  engines: ['ffmpeg', 'chromium', 'go', 'redis', 'swift', 'nginx-njs', 'varnish', 'java', 'maven'],
  bench: ['ffmpeg', 'chromium', 'nginx-njs', 'wrk', 'h2load'],
}

const goal = process.argv[2]
if (!goals[goal]) {
  explain(`usage: node scripts/setup/main.mjs ${Object.keys(goals).join('|')}`)
  process.exit(2)
}

const missing = () => goals[goal].filter((name) => !findProgram(name))

try {
  if (!packagesAreCurrent() || missing().length > 0 || !siteIsCurrent()) {
    const release = await holdLock()
    try {
      // Looked at again under the lock: another setup may have done it meanwhile.
      if (!packagesAreCurrent()) installPackages()
      checkNode()
      installPrograms(missing().map((name) => needs[name]))
      if (!siteIsCurrent()) buildSite()
    } finally {
      release()
    }
  } else {
    checkNode()
  }
} catch (error) {
  if (error.name !== 'SetupFailed') throw error
  explain(error.message)
  process.exit(1)
}

#!/usr/bin/env node
/** Starts the CLI under a Node that runs TypeScript: this one if it can, else the one among the npm packages. Plain for old Nodes. */
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const [major, minor] = process.versions.node.split('.').map(Number)

/** node_modules/.bin/node of the installation, wherever npm put it. */
function packagedNode() {
  for (let directory = dirname(main); ; directory = dirname(directory)) {
    const candidate = join(directory, 'node_modules', '.bin', 'node')
    if (existsSync(candidate)) return candidate
    if (directory === dirname(directory)) return undefined
  }
}

const other = major >= 24 ? undefined : packagedNode()
if (other) {
  const child = spawn(other, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  // Ctrl-C reaches the child from the terminal; only what was sent to us alone is passed on.
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code)
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  })
} else if (major > 22 || (major === 22 && minor >= 18)) {
  await import(main)
} else {
  console.error(`Sluice needs Node 24; this is ${process.versions.node}. In the folder of Sluice, \`npm install\` brings one.`)
  process.exit(1)
}

/** One setup at a time in a clone: `npm start` and `npm test` may be begun together. */
import { mkdirSync, openSync, closeSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { at } from './paths.mjs'
import { say } from './say.mjs'

const file = at('.cache', 'setup.lock')

/** Waits while another living process sets up. Resolves to the function that lets go. */
export async function holdLock() {
  mkdirSync(at('.cache'), { recursive: true })
  for (let told = false; !take(); await wait(200)) {
    const holder = Number(readIfThere())
    if (holder && !isAlive(holder)) rmSync(file, { force: true })
    else if (!told) {
      say(`waiting for another setup (process ${holder || '?'}) to finish; remove ${file} if there is none`)
      told = true
    }
  }
  return () => rmSync(file, { force: true })
}

function take() {
  try {
    const fd = openSync(file, 'wx')
    writeSync(fd, String(process.pid))
    closeSync(fd)
    return true
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
}

function readIfThere() {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Preloaded into a process (node --import): its clock is off by as many ms as the file CHAOS_CLOCK says, whenever that changes. */
import { readFileSync } from 'node:fs'

const RealDate = Date
let offsetMs = 0

const read = (): void => {
  try {
    offsetMs = Number(readFileSync(process.env['CHAOS_CLOCK']!, 'utf8'))
  } catch {
    offsetMs = 0
  }
}
read()
setInterval(read, 250).unref()

const now = (): number => RealDate.now() + offsetMs
globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) => Reflect.construct(target, given.length === 0 ? [now()] : given, newTarget) as Date,
  get: (target, name) => (name === 'now' ? now : (Reflect.get(target, name) as unknown)),
})

/** Faults on purpose: wraps any port so that chosen calls are slow, are refused, or are done but never answered. */
import { DriverUnavailable } from '../../src/base/errors.ts'
import { sleep } from '../../src/base/time.ts'

export type Call = {
  method: string
  /** As given to the port. */
  arguments: unknown[]
  /** Which call of this method it is, from 1. */
  number: number
}

/**
 * `refused`: nothing happens, DriverUnavailable. `lost-answer`: it happens, then DriverUnavailable, as after a time-out.
 * `slowMs`: it happens after a wait. Undefined: it just happens.
 */
export type Fault = 'refused' | 'lost-answer' | { slowMs: number } | undefined

/** The port with the plan's faults. Methods that answer no promise (`subscribe`) and `close` are left alone. */
export function faulty<Port extends object>(port: Port, plan: (call: Call) => Fault): Port {
  const counts = new Map<string, number>()
  return new Proxy(port, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver)
      if (typeof method !== 'function' || typeof name !== 'string' || name === 'close' || name === 'subscribe') return method
      return async (...values: unknown[]) => {
        const number = (counts.get(name) ?? 0) + 1
        counts.set(name, number)
        const fault = plan({ method: name, arguments: values, number })
        if (fault === 'refused') throw new DriverUnavailable(`${name}: refused on purpose`)
        if (typeof fault === 'object') await sleep(fault.slowMs)
        const answer: unknown = await (method as (...values: unknown[]) => unknown).apply(target, values)
        if (fault === 'lost-answer') throw new DriverUnavailable(`${name}: answer lost on purpose`)
        return answer
      }
    },
  })
}

/** A plan that draws each call's fault from `share` (0 to 1) of all calls, the same for the same seed. */
export function seededPlan(seed: number, share: number, faults: Fault[], methods?: string[]): (call: Call) => Fault {
  let state = seed >>> 0
  // mulberry32, by Tommy Ettinger: 32 bits of state are enough to choose faults.
  const random = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return ({ method }) => {
    if (methods && !methods.includes(method)) return undefined
    return random() < share ? faults[Math.floor(random() * faults.length)] : undefined
  }
}

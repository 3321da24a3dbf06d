/** The processes below one of ours, from /proc; none where there is no /proc. */
import { readFileSync, readdirSync } from 'node:fs'

export type Descendant = { pid: number; parent: number; commandLine: string }

/** All processes that `pid` started, and those that they started. */
export function descendantsOf(pid: number): Descendant[] {
  const all = listProcesses()
  const found: Descendant[] = []
  const below = new Set([pid])
  for (let grew = true; grew; ) {
    grew = false
    for (const process of all) {
      if (!below.has(process.parent) || below.has(process.pid)) continue
      below.add(process.pid)
      found.push(process)
      grew = true
    }
  }
  return found
}

function listProcesses(): Descendant[] {
  try {
    return readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .flatMap((name) => readProcess(Number(name)))
  } catch {
    return []
  }
}

function readProcess(pid: number): Descendant[] {
  try {
    // proc(5): the second field is the name in parentheses, which may hold anything; the parent is the second after it.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1])
    return [{ pid, parent, commandLine: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') }]
  } catch {
    return []
  }
}

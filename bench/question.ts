/** What a benchmark is: one question, its contenders, and their samples. */

/** One quantity, measured for several contenders in turn. */
export type Measured = {
  /** `1 MB objects: processor time` */
  title: string
  /** `MB/s`, `CPU s per GB` … */
  unit: string
  better: 'higher' | 'lower'
  /** Ours first; then the limit or the peer. The ratio is ours over the last one's. */
  rows: { name: string; samples: number[] }[]
  /** What a reader has to know about this quantity. */
  note?: string
}

export type Answer = {
  name: string
  question: string
  /** Sentences: what ran against what, how the load was made. */
  method: string
  measured: Measured[]
  askedAt: string
  machine: string
}

export type Ask = {
  rounds: number
  /** A directory of this question's own, removed afterwards. */
  folder: string
  /** A line for the person who waits. */
  say: (line: string) => void
}

export type Question = {
  name: string
  question: string
  method: string
  /** Rounds unless told otherwise. */
  rounds: number
  ask: (ask: Ask) => Promise<Measured[]>
}

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

/** Lines over a common axis: drawn beside the bars. */
export type LineChart = {
  /** Of its file, after the question's. */
  name: string
  title: string
  x: { label: string; isLogarithmic?: boolean }
  unit: string
  lines: { name: string; points: { x: number; y: number }[] }[]
}

export type Answer = {
  name: string
  question: string
  /** Sentences: what ran against what, how the load was made. */
  method: string
  measured: Measured[]
  charts?: LineChart[]
  askedAt: string
  machine: string
}

export type Ask = {
  rounds: number
  /** A directory of this question's own, removed afterwards. */
  folder: string
  /** A line for the person who waits. */
  say: (line: string) => void
  /** A chart for the report. */
  draw: (chart: LineChart) => void
}

export type Question = {
  name: string
  question: string
  method: string
  /** Rounds unless told otherwise. */
  rounds: number
  ask: (ask: Ask) => Promise<Measured[]>
}

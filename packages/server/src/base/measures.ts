/** What a process counts for /metrics beside its requests: every family by name, with one label each. */

type Family = { type: 'counter' | 'histogram'; help: string; label: string; buckets?: readonly number[] }

export const families = {
  sluice_problems_total: { type: 'counter', label: 'code', help: 'Errors answered, by their code.' },
  sluice_edge_answers_total: { type: 'counter', label: 'cache', help: 'What the edge delivered, by where it came from: hit (memory), disk, joined (another read), miss, held (an encode).' },
  sluice_time_to_playable_seconds: {
    type: 'histogram',
    label: 'duration',
    help: 'From the end of the upload to the first playable moment, by the length of the video.',
    buckets: [0.5, 1, 2, 3, 4, 6, 10, 20, 40, 90, 180, 600],
  },
  sluice_videos_failed_total: { type: 'counter', label: 'code', help: 'Videos that failed, by their failure.' },
  sluice_task_seconds: { type: 'histogram', label: 'kind', help: 'Tasks that were done, and how long they took.', buckets: [0.1, 0.3, 1, 3, 10, 30, 60, 120, 300, 900] },
  sluice_task_cpu_seconds: {
    type: 'histogram',
    label: 'priority',
    help: 'Tasks that were done, and the processor time of the programs that they ran (Linux).',
    buckets: [0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000, 3000],
  },
  sluice_tasks_given_back_total: { type: 'counter', label: 'kind', help: 'Tasks that were given back to the queue undone, whatever the reason.' },
  sluice_encoded_media_seconds_total: { type: 'counter', label: 'work', help: 'Seconds of picture encoded, all renditions of a span as one: bulk, or express (somebody waits).' },
  sluice_encoding_seconds_total: { type: 'counter', label: 'work', help: 'Seconds that this took; media over this is the encode speed.' },
} as const satisfies Record<string, Family>

export type FamilyName = keyof typeof families

export type Measures = {
  /** Adds to a counter. Label values are ours: codes and kinds, never what a client sent. */
  count(name: FamilyName, label: string, by?: number): void
  /** Adds a value to a histogram. */
  observe(name: FamilyName, label: string, value: number): void
  /** Of the values of a histogram so far; undefined where there are none. */
  mean(name: FamilyName, label: string): number | undefined
  /** In the Prometheus text format, a line each; families without samples too. */
  render(): string[]
}

export type Histogram = {
  /** `labels` as they are printed: `name="value"`, with commas between. */
  add(labels: string, value: number): void
  /** Of the values of those labels; undefined where there are none. */
  mean(labels: string): number | undefined
  /** The samples of the family of that name, a line each. */
  render(name: string): string[]
}

/** By labels: how many values were at most each of `limits` (ascending), how many there were, and their sum. */
export function openHistogram(limits: readonly number[]): Histogram {
  const sums = new Map<string, { count: number; sum: number; buckets: number[] }>()
  return {
    add(labels, value) {
      const of = sums.get(labels) ?? { count: 0, sum: 0, buckets: limits.map(() => 0) }
      of.count++
      of.sum += value
      limits.forEach((limit, index) => value <= limit && of.buckets[index]!++)
      sums.set(labels, of)
    },
    mean(labels) {
      const of = sums.get(labels)
      return of && of.sum / of.count
    },
    render: (name) =>
      [...sums].flatMap(([labels, of]) => [
        ...limits.map((limit, index) => `${name}_bucket{${labels},le="${limit}"} ${of.buckets[index]}`),
        `${name}_bucket{${labels},le="+Inf"} ${of.count}`,
        `${name}_sum{${labels}} ${of.sum}`,
        `${name}_count{${labels}} ${of.count}`,
      ]),
  }
}

const labelled = (name: FamilyName, value: string): string => `${families[name].label}="${value}"`

export function openMeasures(): Measures {
  const counters = new Map<FamilyName, Map<string, number>>()
  const histograms = new Map<FamilyName, Histogram>()
  const found = <T>(map: Map<FamilyName, T>, name: FamilyName, open: () => T): T => {
    const one = map.get(name) ?? open()
    map.set(name, one)
    return one
  }
  return {
    count(name, label, by = 1) {
      const values = found(counters, name, () => new Map<string, number>())
      values.set(label, (values.get(label) ?? 0) + by)
    },
    observe(name, label, value) {
      const { buckets = [] } = families[name] as Family
      found(histograms, name, () => openHistogram(buckets)).add(labelled(name, label), value)
    },
    mean: (name, label) => histograms.get(name)?.mean(labelled(name, label)),
    render: () =>
      (Object.entries(families) as [FamilyName, Family][]).flatMap(([name, { type, help, label }]) => [
        `# HELP ${name} ${help}`,
        `# TYPE ${name} ${type}`,
        ...[...(counters.get(name) ?? [])].map(([value, n]) => `${name}{${label}="${value}"} ${n}`),
        ...(histograms.get(name)?.render(name) ?? []),
      ]),
  }
}

/** The length of a video as a label. */
export function durationLabel(seconds: number | undefined): string {
  if (seconds === undefined) return 'unknown'
  const minutes = seconds / 60
  return minutes < 1 ? 'under 1 min' : minutes < 5 ? '1 to 5 min' : minutes < 20 ? '5 to 20 min' : minutes < 60 ? '20 to 60 min' : 'over 1 h'
}

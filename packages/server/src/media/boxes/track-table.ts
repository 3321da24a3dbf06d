/** The samples of a whole track, gathered from the heads of its fragments: what a progressive file's index is made of. */
import { boxHeader, BadBoxes } from './read.ts'
import { readFragment } from './fragment.ts'

/** A run of samples that lie side by side in a fragment's mdat. */
export type SampleRun = { samples: number; sizeBytes: number; startTicks: number; /** Where they are in the fragment. */ dataOffset: number }

export type TrackTable = {
  runs: SampleRun[]
  /** By sample. */
  sizes: number[]
  /** Count, ticks, count, ticks… where they change. Flat: twelve hours have millions. */
  durations: number[]
  /** Likewise; may be negative. */
  compositionOffsets: number[]
  /** Samples that decoding can begin with, from 0. */
  syncSamples: number[]
  durationTicks: number
}

export const emptyTable = (): TrackTable => ({ runs: [], sizes: [], durations: [], compositionOffsets: [], syncSamples: [], durationTicks: 0 })

/** ISO/IEC 14496-12 §8.8.3.1: sample_is_non_sync_sample. */
const nonSync = 0x10000

/** Bytes of the fragment's moof, from its first ones: whether `head` has all that addFragment needs. */
export const moofBytes = (head: Buffer): number => (head.length >= 8 && head.toString('latin1', 4, 8) === 'moof' ? head.readUInt32BE(0) : 0)

/** Adds a fragment of which `head` has the moof, and which is `fragmentBytes` long with its mdat. Throws BadBoxes. */
export function addFragment(table: TrackTable, head: Buffer, fragmentBytes: number): void {
  const moof = boxHeader(head, 0)
  if (moof?.type !== 'moof') throw new BadBoxes('a fragment without its moof')
  const fragment = readFragment(head, moof, { type: 'mdat', start: moof.end, body: moof.end + 8, end: fragmentBytes })
  if (fragment.decodeTime !== table.durationTicks) throw new BadBoxes(`a fragment at ${fragment.decodeTime}, after one that ends at ${table.durationTicks}`)
  let sizeBytes = 0
  for (const sample of fragment.samples) {
    if (!(sample.flags & nonSync)) table.syncSamples.push(table.sizes.length)
    table.sizes.push(sample.sizeBytes)
    count(table.durations, sample.durationTicks)
    count(table.compositionOffsets, sample.compositionOffset)
    sizeBytes += sample.sizeBytes
    table.durationTicks += sample.durationTicks
  }
  table.runs.push({ samples: fragment.samples.length, sizeBytes, startTicks: fragment.decodeTime, dataOffset: fragment.dataOffset })
}

function count(runs: number[], value: number): void {
  if (runs.at(-1) === value) runs[runs.length - 2]!++
  else runs.push(1, value)
}

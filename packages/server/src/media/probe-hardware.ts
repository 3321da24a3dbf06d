/** Whether the hardware encoder that was asked for works here, by encoding a synthetic picture twice with it. */
import type { HardwareEncoder, VideoDraft } from '../domain/plan.ts'
import { makeVideoInit } from './init.ts'
import { MediaRunError } from './run.ts'
import type { MediaTools } from './tools.ts'

const grid = { timescale: 50, frameTicks: 2, frames: 100, segmentFrames: 100, segmentsPerChunk: 8 }

/** A size that every such encoder takes. */
const trial = (encoder: HardwareEncoder): VideoDraft => ({
  id: 'trial',
  codec: 'h264',
  width: 640,
  height: 360,
  rate: { num: 25, den: 1 },
  framesPerGridFrame: 1,
  capBitsPerSecond: 1_000_000,
  settings: { crf: 23, preset: 'veryfast', profile: 'high', level: '3.1', encoder },
  predictedSpeed: 1,
})

/** Undefined when it works; else why not. Parameter sets that differ between two runs make it useless: segments are made by many. */
export async function hardwareTrouble(tools: MediaTools, encoder: HardwareEncoder): Promise<string | undefined> {
  try {
    const [first, second] = [await makeVideoInit(tools, grid, trial(encoder)), await makeVideoInit(tools, grid, trial(encoder))]
    return first.parameterSetsSha256 === second.parameterSetsSha256 ? undefined : 'its parameter sets differ from run to run'
  } catch (error) {
    if (error instanceof MediaRunError) return error.stderrTail.trim().split('\n').slice(-3).join(' · ') || error.message
    if (error instanceof Error) return error.message
    throw error
  }
}

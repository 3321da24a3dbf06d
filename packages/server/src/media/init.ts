/** Init segments (ftyp + moov), made from a synthetic frame before the source is touched; their codec strings go into manifests. */
import type { AudioDraft, PlanDraft, VideoDraft } from '../domain/plan.ts'
import type { MediaTools } from './tools.ts'

/** `parameterSetsSha256`: of the avcC or the AudioSpecificConfig. */
export type Init = { bytes: Buffer; codecs: string; parameterSetsSha256: string }
export type InitOptions = { signal?: AbortSignal }

/** One init per rendition of the draft, by rendition id. */
export async function makeInits(tools: MediaTools, draft: PlanDraft, options: InitOptions = {}): Promise<Map<string, Init>> {
  throw new Error('not written yet')
}
export async function makeVideoInit(tools: MediaTools, timescale: number, rendition: VideoDraft, options: InitOptions = {}): Promise<Init> {
  throw new Error('not written yet')
}
export async function makeAudioInit(tools: MediaTools, rendition: AudioDraft, options: InitOptions = {}): Promise<Init> {
  throw new Error('not written yet')
}

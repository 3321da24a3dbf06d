/** The poster: a picture that stands for the video. */
import type { Plan } from '../domain/plan.ts'
import type { MediaTools } from './tools.ts'

/** JPEG, at most 1280 wide; undefined for audio or where nothing can be decoded. */
export async function makePoster(tools: MediaTools, options: { plan: Plan; url: string; nice?: number; signal?: AbortSignal }): Promise<Buffer | undefined> {
  throw new Error('not written yet')
}

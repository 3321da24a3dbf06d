/** What encoding asks of the media room, bound to the tools. Tests put a room of their own here to make faults. */
import type { Plan, PlanDraft, TierCodec } from '../domain/plan.ts'
import type { Loudness } from '../domain/video.ts'
import { encodeAudioSpan, type AudioOptions, type AudioSegment } from '../media/encode-audio.ts'
import { compareQuality, type CompareOptions } from '../media/compare-quality.ts'
import { decodedFrames, type DecodedOptions } from '../media/decoded-frames.ts'
import { encodeVideoSpan, type SpanOptions, type SpanResult } from '../media/encode-span.ts'
import type { Init } from '../media/init.ts'
import { inspectSource, type InspectOptions } from '../media/inspect.ts'
import type { Cue } from '../media/captions/parse-captions.ts'
import type { Inspection } from '../media/inspection.ts'
import { measureLoudness, type LoudnessOptions } from '../media/measure-loudness.ts'
import { makeSeekable, type SeekableOptions } from '../media/make-seekable.ts'
import { makePoster } from '../media/poster.ts'
import { makePosterCandidates, type CandidatePicture } from '../media/poster-candidates.ts'
import { readTexts, type SourceTexts, type TextsOptions } from '../media/read-texts.ts'
import { rememberInits } from '../media/remember-inits.ts'
import { makeStoryboard, type StoryboardOptions } from '../media/storyboard.ts'
import { sampleCodec, type SampleCodecOptions } from '../media/sample-codec.ts'
import { sampleQuality, type SampleOptions } from '../media/sample-quality.ts'
import { transcribe, type TranscribeOptions } from '../media/transcribe.ts'
import { checkTools, decodersOf, hasEncoder, type MediaTools } from '../media/tools.ts'

export type MediaRoom = {
  /** The build of the encoder, part of every plan. Throws MediaToolsMissing. */
  encoderBuild(): Promise<string>
  /** Throws MediaToolsMissing. */
  canEncode(codec: TierCodec): Promise<boolean>
  /** Throws MediaRefused, MediaRunError. */
  inspectSource(url: string, options: InspectOptions): Promise<Inspection>
  /** Throws MediaRunError. */
  makeSeekable(options: SeekableOptions): Promise<void>
  makeInits(draft: PlanDraft, options: { signal?: AbortSignal }): Promise<Map<string, Init>>
  /** Throws MediaRunError. */
  sampleQuality(options: SampleOptions): Promise<Map<string, number>>
  /** Throws MediaRunError. */
  sampleCodec(options: SampleCodecOptions): Promise<Map<string, number>>
  /** Throws MediaRunError. */
  compareQuality(options: CompareOptions): Promise<Map<string, number>>
  /** Throws SpanMismatch, MediaRunError. */
  encodeVideoSpan(options: SpanOptions): Promise<SpanResult[]>
  /** Throws SpanMismatch, MediaRunError. */
  encodeAudioSpan(options: AudioOptions): Promise<AudioSegment[]>
  /** Throws MediaRunError. */
  measureLoudness(options: LoudnessOptions): Promise<Loudness | undefined>
  /** Throws MediaRunError. */
  decodedFrames(options: DecodedOptions): Promise<number>
  makePoster(options: { plan: Plan; url: string; nice?: number; signal?: AbortSignal }): Promise<Buffer | undefined>
  /** Throws MediaRunError. */
  makePosterCandidates(options: { plan: Plan; url: string; nice?: number; signal?: AbortSignal }): Promise<CandidatePicture[]>
  /** Throws MediaRunError. */
  readTexts(options: TextsOptions): Promise<SourceTexts>
  /** Throws TranscriptionFailed, MediaRunError. */
  transcribe(options: TranscribeOptions): Promise<Cue[]>
  /** Throws MediaRunError. */
  makeStoryboard(options: StoryboardOptions): Promise<{ sheets: string[]; tileCount: number }>
}

/** The tools are checked at the first need and once: the check encodes a trial frame. */
export function openMediaRoom(tools: MediaTools): MediaRoom {
  let build: Promise<string> | undefined
  let decoders: Promise<Set<string>> | undefined
  return {
    encoderBuild() {
      build ??= checkTools(tools).then(({ x264Build }) => x264Build)
      build.catch(() => (build = undefined))
      return build
    },
    canEncode: (codec) => hasEncoder(tools, codec),
    async inspectSource(url, options) {
      decoders ??= decodersOf(tools)
      decoders.catch(() => (decoders = undefined))
      return inspectSource(tools, url, { ...options, decoders: await decoders })
    },
    makeSeekable: (options) => makeSeekable(tools, options),
    sampleQuality: (options) => sampleQuality(tools, options),
    sampleCodec: (options) => sampleCodec(tools, options),
    compareQuality: (options) => compareQuality(tools, options),
    makeInits: rememberInits(tools),
    encodeVideoSpan: (options) => encodeVideoSpan(tools, options),
    encodeAudioSpan: (options) => encodeAudioSpan(tools, options),
    measureLoudness: (options) => measureLoudness(tools, options),
    decodedFrames: (options) => decodedFrames(tools, options),
    makePoster: (options) => makePoster(tools, options),
    makePosterCandidates: (options) => makePosterCandidates(tools, options),
    readTexts: (options) => readTexts(tools, options),
    transcribe: (options) => transcribe(tools, options),
    makeStoryboard: (options) => makeStoryboard(tools, options),
  }
}

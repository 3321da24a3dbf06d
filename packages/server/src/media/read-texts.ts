/** What a source has in words: its chapters, and its text subtitles, in one pass over it. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { chaptersAtMost, titleLengthAtMost, type Chapter } from '../domain/extras.ts'
import { languageName, languageTag } from '../domain/language.ts'
import { CaptionsRefused, captionsLengthAtMost, parseCaptions, type Cue } from './captions/parse-captions.ts'
import { shiftCues } from './captions/write-webvtt.ts'
import { encodeMemoryBytes, inputLimits, probeMemoryBytes } from './limits.ts'
import { MediaRunError, runTool } from './run.ts'
import type { MediaTools } from './tools.ts'

export type SourceText = { language: string; label: string; cues: Cue[] }
export type SourceTexts = {
  chapters: Chapter[]
  texts: SourceText[]
  /** Subtitles that are pictures (PGS, DVD): left out. */
  pictureSubtitles: number
}

export type TextsOptions = {
  url: string
  /** What a time stamp of the picture's plan has to lose. */
  originSeconds: number
  /** The plan counts from the source's first time stamp, as a copy of it does. */
  isFromStart: boolean
  durationSeconds: number
  workDir: string
  nice?: number
  signal?: AbortSignal
}

type ProbedText = { index: number; codec_name?: string; codec_type?: string; tags?: Record<string, string>; disposition?: Record<string, number> }
type Probed = { streams?: ProbedText[]; chapters?: { start_time?: string; tags?: Record<string, string> }[]; format?: { start_time?: string } }

const textCodecs = new Set(['subrip', 'srt', 'ass', 'ssa', 'mov_text', 'webvtt', 'text'])
const pictureCodecs = new Set(['hdmv_pgs_subtitle', 'dvd_subtitle', 'dvb_subtitle', 'xsub'])
const textsAtMost = 16
/** A pass over the whole source; less than the hour that a task may take. */
const timeoutSeconds = 3000

/** A source that breaks off gives what was before. Throws MediaRunError where it can't be read at all. */
export async function readTexts(tools: MediaTools, options: TextsOptions): Promise<SourceTexts> {
  const probed = await probe(tools, options)
  const subtitles = (probed.streams ?? []).filter(({ codec_type }) => codec_type === 'subtitle')
  const streams = subtitles.filter(({ codec_name }) => textCodecs.has(codec_name ?? '')).slice(0, textsAtMost)
  const startSeconds = options.isFromStart ? Number(probed.format?.start_time) || 0 : 0
  return {
    chapters: chaptersOf(probed, startSeconds + options.originSeconds, options.durationSeconds),
    texts: streams.length === 0 ? [] : await extract(tools, options, streams),
    pictureSubtitles: subtitles.filter(({ codec_name }) => pictureCodecs.has(codec_name ?? '')).length,
  }
}

async function probe(tools: MediaTools, { url, nice, signal }: TextsOptions): Promise<Probed> {
  const { stdout } = await runTool({
    program: tools.ffprobe,
    args: [
      '-v', 'error', ...inputLimits(url), '-show_entries',
      'format=start_time:stream=index,codec_name,codec_type:stream_tags=language,title:stream_disposition=forced,hearing_impaired:chapter=start_time:chapter_tags=title',
      '-of', 'json', url,
    ],
    nice,
    timeoutSeconds: 60,
    maxMemoryBytes: probeMemoryBytes,
    stdout: 'collect',
    signal,
  })
  return JSON.parse(stdout.toString()) as Probed
}

/** Clean titles at times within the video; one that starts where another does, or after the end, is left out. */
function chaptersOf({ chapters = [] }: Probed, originSeconds: number, durationSeconds: number): Chapter[] {
  const found = new Map<number, Chapter>()
  for (const [index, { start_time, tags }] of chapters.entries()) {
    const startSeconds = Math.max(0, Math.round((Number(start_time) - originSeconds) * 1000) / 1000)
    if (!(startSeconds < durationSeconds) || found.size === chaptersAtMost || found.has(startSeconds)) continue
    found.set(startSeconds, { startSeconds, title: clean(tags?.['title'], titleLengthAtMost) || `Chapter ${index + 1}` })
  }
  return [...found.values()].sort((a, b) => a.startSeconds - b.startSeconds)
}

async function extract(tools: MediaTools, options: TextsOptions, streams: ProbedText[]): Promise<SourceText[]> {
  const { url, workDir, nice, signal } = options
  const pathOf = (index: number) => join(workDir, `text-${index}.vtt`)
  try {
    await runTool({
      program: tools.ffmpeg,
      args: [
        '-hide_banner', '-nostdin', '-loglevel', 'error', '-y', ...inputLimits(url),
        // Time stamps as they are: they lose the picture's origin afterwards, to the millisecond.
        ...(options.isFromStart ? [] : ['-copyts']), '-i', url,
        ...streams.flatMap(({ index }) => ['-map', `0:${index}`, '-c:s', 'webvtt', '-fs', String(captionsLengthAtMost), '-f', 'webvtt', pathOf(index)]),
      ],
      nice,
      timeoutSeconds,
      maxMemoryBytes: encodeMemoryBytes,
      maxFileBytes: captionsLengthAtMost * 2,
      signal,
    })
  } catch (error) {
    if (!(error instanceof MediaRunError) || error.reason !== 'exit') throw error
  }
  const texts = await Promise.all(streams.map(async (stream) => textOf(stream, await readFile(pathOf(stream.index), 'utf8').catch(() => ''), options.originSeconds)))
  return texts.filter((text) => text !== undefined)
}

function textOf({ tags = {}, disposition = {} }: ProbedText, file: string, originSeconds: number): SourceText | undefined {
  const language = languageTag(tags['language'] ?? '') ?? 'und'
  const notes = [...(disposition['forced'] ? ['forced'] : []), ...(disposition['hearing_impaired'] ? ['SDH'] : [])]
  const label = `${clean(tags['title'], 80) || languageName(language)}${notes.length > 0 ? ` (${notes.join(', ')})` : ''}`
  try {
    const cues = shiftCues(parseCaptions(file.slice(0, captionsLengthAtMost), { strict: false }), -originSeconds)
    return cues.length === 0 ? undefined : { language, label, cues }
  } catch (error) {
    if (error instanceof CaptionsRefused) return undefined
    throw error
  }
}

const clean = (text: string | undefined, most: number): string =>
  (text ?? '').toWellFormed().replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').trim().slice(0, most)

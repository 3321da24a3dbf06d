/** Speech to text by a program of the administrator's choice: it is given a sound file and writes WebVTT or SubRip. */
import { CaptionsRefused, captionsLengthAtMost, parseCaptions, type Cue } from './captions/parse-captions.ts'
import { encodeMemoryBytes } from './limits.ts'
import { MediaRunError, runTool } from './run.ts'
import type { MediaTools } from './tools.ts'

export type TranscribeOptions = {
  /** Program and arguments; `{audio}` and `{language}` in them are replaced. */
  command: readonly string[]
  /** An init segment and the segments of a sound after it, in one file. */
  path: string
  /** Where the sound file goes: 16 kHz, mono, what speech models take. */
  wavePath: string
  /** BCP 47; `und` is said as `auto`. */
  language: string
  nice?: number
  signal?: AbortSignal
}

/** Of the program; less than the hour that a task may take. */
const timeoutSeconds = 3000
/** Characters of four bytes at most. */
const maxStdoutBytes = captionsLengthAtMost * 4

/** What the program could not do, in words for the log: it is not worth waiting for. */
export class TranscriptionFailed extends Error {
  override name = 'TranscriptionFailed'
}

/** The cues; none where nothing is said. Throws TranscriptionFailed, MediaRunError. */
export async function transcribe(tools: MediaTools, options: TranscribeOptions): Promise<Cue[]> {
  const { path, wavePath, nice, signal } = options
  await runTool({
    program: tools.ffmpeg,
    args: [
      '-hide_banner', '-nostdin', '-loglevel', 'error', '-y', '-protocol_whitelist', 'file', '-format_whitelist', 'mov', '-i', path,
      '-map', '0:a:0', '-ac', '1', '-ar', '16000', '-c:a', 'pcm_s16le', '-f', 'wav', wavePath,
    ],
    nice,
    timeoutSeconds,
    maxMemoryBytes: encodeMemoryBytes,
    signal,
  })
  const text = await say(options)
  try {
    return text.trim() === '' ? [] : parseCaptions(text, { strict: false })
  } catch (error) {
    if (!(error instanceof CaptionsRefused)) throw error
    // A head without cues: silence.
    if (/^WEBVTT\b/.test(text) && !text.includes('-->')) return []
    throw new TranscriptionFailed(`the transcription program did not write captions: ${error.message}`)
  }
}

async function say({ command, wavePath, language, nice, signal }: TranscribeOptions): Promise<string> {
  const values: Record<string, string> = { audio: wavePath, language: language === 'und' ? 'auto' : language }
  const [program, ...args] = command.map((word) => word.replace(/\{(audio|language)\}/g, (_, name: string) => values[name]!))
  try {
    const { stdout } = await runTool({ program: program!, args, nice, timeoutSeconds, stdout: 'collect', maxStdoutBytes, isOwnersProgram: true, signal })
    return stdout.toString('utf8')
  } catch (error) {
    if (!(error instanceof MediaRunError) || error.reason === 'aborted') throw error
    throw new TranscriptionFailed(error.message, { cause: error })
  }
}

/** Reads WebVTT and SubRip into cues. What comes in may be anything: time is linear, sizes are bounded. Pure. */
import { cleanCueText } from './clean-cue-text.ts'

/** `settings` and `text` are as they go into a WebVTT file. */
export type Cue = { startSeconds: number; endSeconds: number; settings: string; text: string }

/** The text is not captions; the message is for its author and names the line. */
export class CaptionsRefused extends Error {
  override name = 'CaptionsRefused'
}

export const captionsLengthAtMost = 2_000_000
const cuesAtMost = 20_000
const cueLengthAtMost = 4000
const secondsAtMost = 100 * 3600

const time = String.raw`(?:(\d{1,4}):)?([0-5]?\d):([0-5]\d)[.,](\d{1,3})`
const timingLine = new RegExp(`^\\s*${time}[ \\t]*-->[ \\t]*${time}(?:[ \\t]+([^\\n]*))?$`)
/** W3C WebVTT §4.4. `region` is not among them: regions are not kept. */
const cueSettings = [
  /^vertical:(rl|lr)$/, /^line:-?\d{1,4}(\.\d{1,4})?%?(,(start|center|end))?$/, /^position:\d{1,3}(\.\d{1,4})?%(,(line-left|center|line-right))?$/,
  /^size:\d{1,3}(\.\d{1,4})?%$/, /^align:(start|center|end|left|right)$/,
]

/**
 * Cues by start. `strict` refuses what it does not understand; else that cue is passed over (text that a program wrote).
 * Throws CaptionsRefused: too long, no cues, or, when strict, the first wrong line.
 */
export function parseCaptions(input: string, { strict }: { strict: boolean }): Cue[] {
  if (input.length > captionsLengthAtMost) throw new CaptionsRefused(`longer than ${captionsLengthAtMost} characters`)
  const lines = input.replace(/^\ufeff/, '').replace(/\r\n?/g, '\n').split('\n')
  const isWebvtt = /^WEBVTT([ \t]|$)/.test(lines[0]!)
  const cues: Cue[] = []
  for (const block of blocksOf(lines, isWebvtt)) {
    const cue = cueOf(block, isWebvtt)
    if (typeof cue === 'object') cues.push(cue)
    else if (cue !== 'nothing' && strict) throw new CaptionsRefused(`line ${block.number}: ${cue}`)
    if (cues.length > cuesAtMost) throw new CaptionsRefused(`more than ${cuesAtMost} cues`)
  }
  if (cues.length === 0) throw new CaptionsRefused('no cues: neither WebVTT nor SubRip (SRT)')
  return cues.sort((a, b) => a.startSeconds - b.startSeconds || a.endSeconds - b.endSeconds)
}

type Block = { number: number; lines: string[] }

/** Runs of lines that are not blank, with the number of their first line. The head of a WebVTT file is left out. */
function blocksOf(lines: string[], isWebvtt: boolean): Block[] {
  const blocks: Block[] = []
  let block: Block | undefined
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') block = undefined
    else if (block) block.lines.push(line)
    else blocks.push((block = { number: index + 1, lines: [line] }))
  }
  return isWebvtt ? blocks.slice(1) : blocks
}

/** `nothing` for comments, styles and cues without words; else what is wrong, in words. */
function cueOf({ lines }: Block, isWebvtt: boolean): Cue | string {
  const at = lines[0]!.includes('-->') ? 0 : 1
  const timing = lines[at]?.includes('-->') ? timingLine.exec(lines[at]) : undefined
  if (timing === undefined) return isWebvtt && /^(NOTE|STYLE|REGION)(\s|$)/.test(lines[0]!) ? 'nothing' : 'text without times'
  if (timing === null) return 'times that can’t be read'
  const startSeconds = secondsOf(timing.slice(1, 5))
  const endSeconds = secondsOf(timing.slice(5, 9))
  if (endSeconds < startSeconds) return 'a cue that ends before it starts'
  if (endSeconds > secondsAtMost) return 'a cue after the hundredth hour'
  const raw = lines.slice(at + 1).join('\n')
  if (raw.length > cueLengthAtMost) return `a cue of more than ${cueLengthAtMost} characters`
  const text = cleanCueText(isWebvtt ? raw : raw.replace(/\{\\[^}\n]{0,200}\}/g, ''))
  if (text === '' || endSeconds === startSeconds) return 'nothing'
  return { startSeconds, endSeconds, settings: isWebvtt ? settingsOf(timing[9] ?? '') : '', text }
}

function secondsOf([hours = '0', minutes, seconds, fraction]: (string | undefined)[]): number {
  return Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) + Number(fraction!.padEnd(3, '0')) / 1000
}

const settingsOf = (text: string): string =>
  text.split(/[ \t]+/).slice(0, 20).filter((one) => cueSettings.some((pattern) => pattern.test(one))).join(' ')

/** Writes cues as a WebVTT file with nothing else in it: no styles, regions or comments (W3C WebVTT §4.1). Pure. */
import { webvttTime } from '../../base/webvtt-time.ts'
import type { Cue } from './parse-captions.ts'

export function writeWebvtt(cues: readonly Cue[]): string {
  const blocks = cues.map(({ startSeconds, endSeconds, settings, text }) => {
    const times = `${webvttTime(startSeconds)} --> ${webvttTime(endSeconds)}`
    return `${settings === '' ? times : `${times} ${settings}`}\n${text}\n`
  })
  return `WEBVTT\n\n${blocks.join('\n')}`
}

/** The cues that much later (earlier where negative); what is before the start is cut. */
export function shiftCues(cues: readonly Cue[], seconds: number): Cue[] {
  return cues
    .map((cue) => ({ ...cue, startSeconds: Math.max(0, cue.startSeconds + seconds), endSeconds: cue.endSeconds + seconds }))
    .filter((cue) => cue.endSeconds > cue.startSeconds)
}

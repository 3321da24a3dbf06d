/** Rewrites the text of a cue so that nothing is left in it but words and balanced markup of a short list (W3C WebVTT §4.2.2). Pure. */

const plainTags = new Set(['b', 'i', 'u', 'ruby', 'rt'])
const longestAnnotation = 100

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0', lrm: '\u200e', rlm: '\u200f' }
const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' }
/** Controls, and halves of surrogate pairs, which no text has. */
const unprintable = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g

/** Escaped for a cue: `-->` can't be in it. */
const words = (text: string): string =>
  text
    .replace(/&(amp|lt|gt|quot|apos|nbsp|lrm|rlm);/g, (_, name: string) => entities[name]!)
    .replace(/[&<>]/g, (character) => escapes[character]!)

/** Tags that are not kept lose their brackets' content, not what they enclose. Empty when nothing is left to read. */
export function cleanCueText(raw: string): string {
  const text = raw.toWellFormed().replace(unprintable, ' ')
  const open: string[] = []
  let clean = ''
  let at = 0
  while (at < text.length) {
    const start = text.indexOf('<', at)
    const end = start < 0 ? -1 : text.indexOf('>', start)
    if (end < 0) break
    // “3 < 4” is no tag.
    const isTag = /[a-z0-9/]/i.test(text[start + 1]!)
    clean += words(text.slice(at, isTag ? start : start + 1)) + (isTag ? tagText(text.slice(start + 1, end), open) : '')
    at = isTag ? end + 1 : start + 1
  }
  clean += words(text.slice(at)) + closeTo(open, 0)
  const lines = clean.split('\n').map((line) => line.trim())
  return lines.some((line) => line.replace(/<[^>]*>/g, '').trim() !== '') ? lines.filter((line) => line !== '').join('\n') : ''
}

/** What stands in the result for the tag with that content; keeps `open` up to date. */
function tagText(content: string, open: string[]): string {
  if (content.startsWith('/')) {
    const at = open.lastIndexOf(content.slice(1).trim().toLowerCase())
    return at < 0 ? '' : closeTo(open, at)
  }
  const [, rawName = '', annotation = ''] = /^([a-z]+)(?:\.[^\s]*)?(?:\s+([^]*))?$/i.exec(content) ?? []
  const name = rawName.toLowerCase()
  const said = annotationOf(name, annotation)
  if (said === undefined || (name === 'rt' && !open.includes('ruby'))) return ''
  open.push(name)
  return said === '' ? `<${name}>` : `<${name} ${said}>`
}

/** Undefined for a tag that is not kept. */
function annotationOf(name: string, annotation: string): string | undefined {
  if (plainTags.has(name)) return ''
  if (name === 'v') return words(annotation.replace(/\s+/g, ' ').trim().slice(0, longestAnnotation)) || undefined
  if (name === 'lang') return /^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i.exec(annotation.trim().slice(0, 35))?.[0]
  return undefined
}

/** Closes tags, the innermost first, until `depth` are open. */
function closeTo(open: string[], depth: number): string {
  let text = ''
  while (open.length > depth) text += `</${open.pop()}>`
  return text
}

/** Rules of the documentation: links lead somewhere, decision records are short. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import type { SourceFile } from './tree.ts'

/** About 25, with some air. */
const recordLineLimit = 30

/** Relative links and pictures of a Markdown file whose target, or whose heading in it, is not there. */
export function brokenLinks(root: string, file: SourceFile): string[] {
  const text = withoutCode(file.text)
  const targets = [...text.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)|(?:src|href)="([^"]+)"/g)].map((match) => (match[1] ?? match[2])!)
  return targets.flatMap((target) => {
    if (/^[a-z][a-z0-9+.-]*:/i.test(target)) return []
    const [path = '', anchor] = decodeURI(target).split('#')
    const full = path === '' ? join(root, file.path) : join(root, normalize(join(path.startsWith('/') ? '' : dirname(file.path), path)))
    if (!existsSync(full)) return [`links to ${target}, which is not there`]
    if (anchor === undefined || !full.endsWith('.md')) return []
    return headingsOf(readFileSync(full, 'utf8')).includes(anchor) ? [] : [`links to ${target}, but there is no such heading`]
  })
}

/** Anchors as GitHub makes them: lower case, punctuation dropped, spaces to hyphens. */
function headingsOf(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) =>
    match[1]!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .replace(/\s/g, '-'),
  )
}

const withoutCode = (text: string): string => text.replace(/^(```|~~~)[\s\S]*?^\1/gm, '')

/** A decision record says what was decided, against what, and the price; it is not an essay. */
export function recordIsShort(file: SourceFile): string[] {
  if (!file.path.startsWith('docs/decisions/')) return []
  const lines = file.text.trimEnd().split('\n').length
  const wrong = lines > recordLineLimit ? [`${lines} lines; ${recordLineLimit} are the most`] : []
  return /^docs\/decisions\/(\d{4}-[a-z0-9-]+|README)\.md$/.test(file.path) ? wrong : [...wrong, 'is not named NNNN-what-was-decided.md']
}

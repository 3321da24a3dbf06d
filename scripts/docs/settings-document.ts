/** docs/settings.md as text, from the settings themselves. */
import { settings } from '../../packages/server/src/config/settings.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')

/** A size that was written as a power of 1024 reads better as one. */
function shown(defaultText: string, accepts: string): string {
  const bytes = Number(defaultText)
  if (!accepts.startsWith('a size') || !(bytes >= 1024)) return defaultText
  const power = ['G', 'M', 'K'].findIndex((_, index) => bytes % 1024 ** (3 - index) === 0)
  return power < 0 ? defaultText : `${bytes / 1024 ** (3 - power)}${'GMK'[power]}`
}

/** The whole document; scripts/docs/write-settings.ts writes it, a test compares it. */
export function settingsDocument(): string {
  const rows = Object.entries(settings).map(([name, kind]) => {
    const fallback = kind.defaultText === '' ? 'empty' : `\`${shown(kind.defaultText, kind.accepts)}\``
    return `| \`${name}\` | ${fallback} | ${cell(kind.accepts)} | ${cell(kind.meaning)} |`
  })
  return `# Settings

Set them in the environment, or as \`NAME=value\` lines in a file: \`sluice.env\` in the working directory, or the file that
\`SLUICE_CONFIG\` names. The environment wins. A wrong value or an unknown \`SLUICE_\` name stops the start and is named.

This page is written by \`node scripts/docs/write-settings.ts\` from \`packages/server/src/config/settings.ts\`.

| setting | default | accepts | meaning |
|---|---|---|---|
${rows.join('\n')}
`
}

/** Language tags (BCP 47) and their names. Pure. */

/** The canonical tag, or undefined for text that is none. Three-letter codes of ISO 639-2 become two-letter ones where there are. */
export function languageTag(text: string): string | undefined {
  if (text.length > 35 || !/^[a-z]{2,8}(-[a-z0-9]{1,8})*$/i.test(text)) return undefined
  try {
    return Intl.getCanonicalLocales(text)[0]
  } catch {
    return undefined
  }
}

/** In the language itself (Deutsch, 日本語); the tag where it has no name. */
export function languageName(tag: string): string {
  if (tag === 'und') return 'Unknown language'
  try {
    return new Intl.DisplayNames([tag, 'en'], { type: 'language', fallback: 'code' }).of(tag) ?? tag
  } catch {
    return tag
  }
}

/** Takes URLs out of what tools say: a source's URL is signed, and a log is read by many. */

/** The text with every URL replaced. Ffmpeg also repeats bare paths with a query (redirects), so queries go as well. */
export function redact(text: string): string {
  return text.replace(/\b[a-z][a-z0-9+.-]*:\/\/[^\s'"]+/gi, '<source>').replace(/\?[^\s'"]*(?:=|%)[^\s'"]*/g, '?…')
}

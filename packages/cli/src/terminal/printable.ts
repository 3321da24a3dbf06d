/** Text of others (titles, file names) as it may stand in a terminal. Pure. */

/** Without control characters, which could move the cursor or recolour the screen. */
export const printable = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, '�')

/** At most `width` characters; an ellipsis stands for the rest. */
export function shorten(text: string, width: number): string {
  const letters = [...printable(text)]
  return letters.length <= width ? letters.join('') : `${letters.slice(0, Math.max(0, width - 1)).join('')}…`
}

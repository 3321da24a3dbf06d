/** One line that changes in place on a terminal; elsewhere plain lines, now and then. */

export type StatusLine = {
  /** Shows the text in place. Where lines can't change, it is printed if `milestone` differs from the last one. */
  update(text: (columns: number) => string, milestone: string): void
  /** Ends the line in place and prints one that stays. */
  print(text: string): void
  /** Takes away what stands in place. */
  clear(): void
}

export function openStatusLine(stream: NodeJS.WriteStream = process.stdout): StatusLine {
  const inPlace = stream.isTTY === true
  let lastMilestone = ''
  let standing = false
  const clear = () => {
    if (standing) stream.write('\r\x1b[2K')
    standing = false
  }
  return {
    clear,
    update(text, milestone) {
      if (inPlace) {
        // Terminals that do not tell their width say 0.
        stream.write(`\r\x1b[2K${text((stream.columns || 80) - 1)}`)
        standing = true
      } else if (milestone !== lastMilestone) stream.write(`${text(100)}\n`)
      lastMilestone = milestone
    },
    print(text) {
      clear()
      stream.write(`${text}\n`)
    },
  }
}

/** Changes a configuration at one place, and fails when the place is no longer there. */

export function replaceOnce(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`${JSON.stringify(from)} is not there exactly once`)
  return text.replace(from, () => to)
}

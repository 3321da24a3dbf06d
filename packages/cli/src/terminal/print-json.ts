/** What `--json` prints. */

/** One document, as a program reads it. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, undefined, 2)}\n`)
}

/** A table of plain text. Pure. */

/** Columns are as wide as their widest cell, two spaces apart; the last one is not padded. */
export function renderTable(header: string[], rows: string[][]): string {
  const all = [header, ...rows]
  const widths = header.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length)))
  const pad = (cell: string, column: number) => cell + ' '.repeat(widths[column]! - [...cell].length)
  return all.map((row) => row.map((cell, column) => (column === row.length - 1 ? cell : pad(cell, column))).join('  ')).join('\n')
}

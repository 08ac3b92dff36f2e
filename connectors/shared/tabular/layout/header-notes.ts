type Row = readonly string[]

/**
 * The line of a record that only underlines the header, as SQL Server, SQL*Plus and Markdown write it.
 * @param records the first records, blank ones included.
 * @param at the position of the first record that may be data.
 */
export function ruleUnder(records: readonly { readonly cells: Row; readonly line: number }[], at: number): number | undefined {
  const record = records[at]
  const cells = record?.cells.map((cell) => cell.trim()) ?? []
  const filled = cells.filter((cell) => cell !== '')
  const isRule = filled.every((cell) => /^:?(?:-+|=+):?$|^-+(?:[+|]-+)+$/.test(cell)) && filled.some((cell) => cell.length > 2)
  return isRule ? record?.line : undefined
}

/**
 * Reports a header with one name fewer than its rows have fields. The names may belong one column to the right, as when R writes row
 * numbers without a name. A blank last field in every row is not reported.
 * @param header the fields of the header.
 * @param rows the first rows.
 * @param width the number of fields in most rows.
 */
export function shortHeader(header: Row, rows: readonly Row[], width: number): string[] {
  const isMissing =
    header.length === width - 1 && rows.length > 1 && rows.every((row) => row.length === width && row[width - 1]?.trim() !== '')
  if (!isMissing) return []
  return [
    'The header has one name fewer than the rows have fields, so its names may stand over the wrong columns (R leaves out the name of its row numbers). They were given from the left: add the missing name.',
  ]
}

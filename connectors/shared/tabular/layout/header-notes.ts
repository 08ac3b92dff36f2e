type Row = readonly string[]

/**
 * The line of the record under the header where that only underlines it, as SQL Server, SQL*Plus and Markdown do.
 * @param records the first records, blank ones included. @param at the position of the first that may be data.
 */
export function ruleUnder(records: readonly { readonly cells: Row; readonly line: number }[], at: number): number | undefined {
  const record = records[at]
  const cells = record?.cells.map((cell) => cell.trim()) ?? []
  const filled = cells.filter((cell) => cell !== '')
  const isRule = filled.every((cell) => /^:?(?:-+|=+):?$|^-+(?:[+|]-+)+$/.test(cell)) && filled.some((cell) => cell.length > 2)
  return isRule ? record?.line : undefined
}

/**
 * What is reported of a header with one name fewer than its rows have fields: the names may belong one column further to the right, as R
 * writes them beside row numbers. A blank last field of every row is no such case.
 * @param header the fields of the header's record. @param rows the first rows. @param width how many fields most rows have.
 */
export function shortHeader(header: Row, rows: readonly Row[], width: number): string[] {
  const isMissing =
    header.length === width - 1 && rows.length > 1 && rows.every((row) => row.length === width && row[width - 1]?.trim() !== '')
  if (!isMissing) return []
  return [
    'The header has one name fewer than the rows have fields, so its names may stand over the wrong columns (R leaves out the name of its row numbers). They were given from the left: add the missing name.',
  ]
}

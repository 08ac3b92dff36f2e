/** The text of a DECIMAL(38, scale). DuckDB leaves out the zero before the point where all digits are behind it. */
export function decimalText(sql: string, scale: number): string {
  const text = `CAST(${sql} AS VARCHAR)`
  return scale === 38 ? `regexp_replace(${text}, '^(-?)\\.', '\\10.')` : text
}

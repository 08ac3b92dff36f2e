/** ISO 8601 with `T` between date and time. A TIMESTAMPTZ is in UTC, with `Z`. */
export function timestampText(sql: string, type: 'TIMESTAMP' | 'TIMESTAMPTZ'): string {
  const local = type === 'TIMESTAMPTZ' ? `(${sql} AT TIME ZONE 'UTC')` : sql
  return `(replace(CAST(${local} AS VARCHAR), ' ', 'T')${type === 'TIMESTAMPTZ' ? " || 'Z'" : ''})`
}

import type { Shape } from '../../connector/column.js'

/** The DuckDB type of a shape. GEOMETRY, JSON and LIST are stored as JSON text. */
export function sqlType(shape: Shape): string {
  switch (shape.type) {
    case 'STRING':
    case 'GEOMETRY':
    case 'JSON':
    case 'LIST':
      return 'VARCHAR'
    case 'BOOLEAN':
      return 'BOOLEAN'
    case 'INT64':
      return 'BIGINT'
    case 'DOUBLE':
      return 'DOUBLE'
    case 'DECIMAL':
      return `DECIMAL(38,${decimalScale(shape)})`
    case 'DATE':
      return 'DATE'
    case 'TIME':
      return 'TIME'
    case 'TIMESTAMP':
      return 'TIMESTAMP'
    case 'TIMESTAMPTZ':
      return 'TIMESTAMPTZ'
  }
}

/** The scale of a DECIMAL. Checked, because it is written into SQL. */
export function decimalScale(shape: Shape): number {
  const scale = shape.scale ?? 0
  if (!Number.isInteger(scale) || scale < 0 || scale > 38) throw new RangeError(`no such scale: ${scale}`)
  return scale
}

/** A SQL text literal. DuckDB's plain quotes have no escape except the doubled quote. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

/** An integer as SQL text. Throws for any other number. */
export function integer(value: number): string {
  if (!Number.isSafeInteger(value)) throw new RangeError(`not a whole number: ${value}`)
  return String(value)
}

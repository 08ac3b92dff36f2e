import type { Shape } from '../../../src/connector/column.js'
import { BadUserInput } from '../../../src/errors.js'
import { integer } from '../../shared/database/integer.js'

/**
 * A text as a literal. COPY binds no parameters, so every value that a query brings goes through here. A backslash is doubled in an
 * E-string, which means the same whatever standard_conforming_strings is.
 * @throws BadUserInput for NUL, which PostgreSQL has no text for.
 */
export function quoteText(text: string): string {
  if (text.includes('\0')) throw new BadUserInput('A text holds the character NUL, which no text of this source can.')
  const doubled = text.replaceAll("'", "''")
  return doubled.includes('\\') ? `E'${doubled.replaceAll('\\', '\\\\')}'` : `'${doubled}'`
}

/** A name of the source's own, as an identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The PostgreSQL type that a shape is. */
export function typeName({ type, scale = 0 }: Shape): string {
  switch (type) {
    case 'STRING':
    case 'GEOMETRY':
    case 'JSON':
    case 'LIST':
      return 'text'
    case 'BOOLEAN':
      return 'boolean'
    case 'INT64':
      return 'bigint'
    case 'DOUBLE':
      return 'double precision'
    case 'DECIMAL':
      return `numeric(38,${integer(scale)})`
    case 'DATE':
      return 'date'
    case 'TIME':
      return 'time'
    case 'TIMESTAMP':
      return 'timestamp'
    case 'TIMESTAMPTZ':
      return 'timestamptz'
  }
}

/** Whether a shape's values are texts, which are told apart and ordered by their bytes. */
export function isText({ type }: Shape): boolean {
  return type === 'STRING' || type === 'GEOMETRY' || type === 'JSON' || type === 'LIST'
}

/** An expression whose texts compare by their bytes, whatever collation the source gives them. */
export function binary(sql: string, shape: Shape): string {
  return isText(shape) ? `${sql} COLLATE "C"` : sql
}

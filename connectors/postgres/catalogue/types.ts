import type { Reading } from '../../shared/database/source-table.js'

/** A column's type, as pg_catalog describes it. A domain is resolved to its base type. */
export interface NativeType {
  /** `numeric`; with its schema if that is not pg_catalog: `public.citext`. */
  readonly name: string
  /** pg_type.typtype: `e` is an enum. */
  readonly kind: string
  readonly isArray: boolean
  /** pg_attribute.atttypmod, -1 for none. */
  readonly modifier: number
  /** False if texts with different bytes may count as equal. */
  readonly deterministic: boolean
}

const asIs = (column: string) => column
const cast = (type: string) => (column: string) => `CAST(${column} AS ${type})`

const plain: Readonly<Record<string, Reading>> = {
  bool: { shape: { type: 'BOOLEAN' }, sql: asIs },
  int2: { shape: { type: 'INT64' }, sql: asIs },
  int4: { shape: { type: 'INT64' }, sql: asIs },
  int8: { shape: { type: 'INT64' }, sql: asIs },
  oid: { shape: { type: 'INT64' }, sql: cast('bigint') },
  float4: { shape: { type: 'DOUBLE' }, sql: cast('double precision') },
  float8: { shape: { type: 'DOUBLE' }, sql: asIs },
  date: { shape: { type: 'DATE' }, sql: asIs },
  time: { shape: { type: 'TIME' }, sql: asIs },
  timestamp: { shape: { type: 'TIMESTAMP' }, sql: asIs },
  timestamptz: { shape: { type: 'TIMESTAMPTZ' }, sql: asIs },
  json: { shape: { type: 'JSON' }, sql: cast('text') },
  jsonb: { shape: { type: 'JSON' }, sql: cast('text') },
}

/** The note for a column with a nondeterministic collation. */
const folded = 'has a collation that takes some different texts for equal; here they are apart.'

/** Types that are text already. */
const texts = new Set(['text', 'varchar', 'bpchar', 'char', 'name', 'uuid'])

/** How to read a column of a type: as one of our types if that is exact, else as text, with a note that says so. */
export function readingOf(type: NativeType): Reading {
  if (type.isArray) return { shape: { type: 'LIST' }, sql: (column) => `CAST(pg_catalog.array_to_json(${column}) AS text)` }
  const known = plain[type.name]
  if (known !== undefined) return known
  if (type.name === 'numeric') return numeric(type.modifier)
  const text = (column: string) => `CAST(${column} AS text)${type.deterministic ? '' : ' COLLATE "C"'}`
  if (type.kind === 'e') return { shape: { type: 'STRING' }, sql: text }
  if (texts.has(type.name)) return { shape: { type: 'STRING' }, sql: text, ...(type.deterministic ? {} : { note: folded }) }
  const note = type.name.endsWith('.citext')
    ? 'is text whose letters’ case does not matter in the database; here it does.'
    : `has the type ${type.name}, which is given as its text.`
  return { shape: { type: 'STRING' }, sql: text, note }
}

/** Without a precision each value has its own scale: https://www.postgresql.org/docs/current/datatype-numeric.html */
function numeric(modifier: number): Reading {
  const text = (note: string): Reading => ({ shape: { type: 'STRING' }, sql: cast('text'), note })
  if (modifier < 4)
    return text(
      'is a numeric without precision and scale, given as text, digit for digit. A column or a view of numeric(p, s) is a number.',
    )
  const precision = ((modifier - 4) >> 16) & 0xffff
  // The scale has eleven bits, signed since PostgreSQL 15.
  const scale = (((modifier - 4) & 0x7ff) ^ 1024) - 1024
  const digits = scale < 0 ? precision - scale : Math.max(precision, scale)
  if (digits > 38) return text(`is numeric(${precision}, ${scale}), more than the 38 digits of a DECIMAL, and given as text.`)
  return { shape: { type: 'DECIMAL', scale: Math.max(scale, 0) }, sql: asIs }
}

import type { Reading } from '../shared/database/source-table.js'

/** A column's type, as information_schema describes it. */
export interface NativeType {
  /** DATA_TYPE: `bigint`. */
  readonly name: string
  /** COLUMN_TYPE: `bigint(20) unsigned`. */
  readonly full: string
  readonly precision: number | null
  readonly scale: number | null
}

const asIs = (column: string) => column
/** A text as its UTF-8 bytes, which compare exactly. MySQL's collations ignore case, accents and trailing blanks. */
const bytes = (text: string) => `CAST(${text} AS BINARY)`
const letters = (column: string) => bytes(`CONVERT(${column} USING utf8mb4)`)
const hexadecimal = (column: string) => bytes(`HEX(${column})`)
const written = (column: string) => bytes(`CAST(${column} AS CHAR CHARACTER SET utf8mb4)`)

const plain: Readonly<Record<string, Reading>> = {
  tinyint: { shape: { type: 'INT64' }, sql: asIs },
  smallint: { shape: { type: 'INT64' }, sql: asIs },
  mediumint: { shape: { type: 'INT64' }, sql: asIs },
  int: { shape: { type: 'INT64' }, sql: asIs },
  bigint: { shape: { type: 'INT64' }, sql: asIs },
  year: { shape: { type: 'INT64' }, sql: (column) => `CAST(${column} AS SIGNED)` },
  float: { shape: { type: 'DOUBLE' }, sql: (column) => `CAST(${column} AS DOUBLE)` },
  double: { shape: { type: 'DOUBLE' }, sql: asIs },
  date: { shape: { type: 'DATE' }, sql: asIs },
  datetime: { shape: { type: 'TIMESTAMP' }, sql: asIs },
  timestamp: { shape: { type: 'TIMESTAMPTZ' }, sql: asIs },
  json: { shape: { type: 'JSON' }, sql: written },
  uuid: { shape: { type: 'STRING' }, sql: written },
}

const texts = new Set(['char', 'varchar', 'tinytext', 'text', 'mediumtext', 'longtext', 'enum', 'set'])
const blobs = new Set(['binary', 'varbinary', 'tinyblob', 'blob', 'mediumblob', 'longblob', 'bit', 'vector'])
/**
 * Spatial types, which have no text form of their own: https://dev.mysql.com/doc/refman/8.4/en/spatial-type-overview.html. The last name is
 * MariaDB's.
 */
const places = new Set([
  'geometry',
  'point',
  'linestring',
  'polygon',
  'multipoint',
  'multilinestring',
  'multipolygon',
  'geomcollection',
  'geometrycollection',
])

/** How to read a column of a type: as one of our types if that is exact, else as text, with a note that says so. */
export function readingOf(type: NativeType): Reading {
  if (type.name === 'bigint' && type.full.includes('unsigned')) return { shape: { type: 'DECIMAL', scale: 0 }, sql: asIs }
  const known = plain[type.name]
  if (known !== undefined) return known
  if (texts.has(type.name)) return { shape: { type: 'STRING' }, sql: letters }
  if (type.name === 'decimal' && (type.precision ?? 99) <= 38) return { shape: { type: 'DECIMAL', scale: type.scale ?? 0 }, sql: asIs }
  if (blobs.has(type.name))
    return { shape: { type: 'STRING' }, sql: hexadecimal, note: `has the type ${type.name}, which is given in hexadecimal.` }
  if (places.has(type.name))
    return {
      shape: { type: 'STRING' },
      sql: (column) => bytes(`ST_AsText(${column})`),
      note: `has the type ${type.name}, which is given as well-known text.`,
    }
  return { shape: { type: 'STRING' }, sql: written, note: `has the type ${type.full}, which is given as its text.` }
}

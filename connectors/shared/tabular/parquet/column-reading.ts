import type { Shape } from '../../../../src/connector/column.js'
import type { Decision } from '../typing/decision.js'
import type { ParquetField } from './fields.js'
import { type GeoColumn, namesWgs84 } from './geo-metadata.js'
import { geoJsonSql } from './geometry-sql.js'

/** The outcome for a column: how it is read, or why it is left out. */
export type Outcome =
  | (Decision & { /** How to read it as a type that the publisher may ask for although some values do not fit. */ asked?: Decision })
  | { leftOut: string }

/** How a column may be read, depending on its values. */
export interface Reading {
  /** SQL aggregates over all rows, by key. */
  evidence: Record<string, string>
  settle(found: (key: string) => number): Outcome
}

const as = (shape: Shape, sql: string): Reading => ({ evidence: {}, settle: () => ({ shape, sql }) })
const leftOut = (reason: string): Reading => ({ evidence: {}, settle: () => ({ leftOut: reason }) })

const plain: Record<string, { shape: Shape; as?: string }> = {
  VARCHAR: { shape: { type: 'STRING' } },
  UUID: { shape: { type: 'STRING' }, as: 'VARCHAR' },
  INTERVAL: { shape: { type: 'STRING' }, as: 'VARCHAR' },
  BIT: { shape: { type: 'STRING' }, as: 'VARCHAR' },
  BIGNUM: { shape: { type: 'STRING' }, as: 'VARCHAR' },
  BOOLEAN: { shape: { type: 'BOOLEAN' } },
  TINYINT: { shape: { type: 'INT64' }, as: 'BIGINT' },
  SMALLINT: { shape: { type: 'INT64' }, as: 'BIGINT' },
  INTEGER: { shape: { type: 'INT64' }, as: 'BIGINT' },
  BIGINT: { shape: { type: 'INT64' } },
  UTINYINT: { shape: { type: 'INT64' }, as: 'BIGINT' },
  USMALLINT: { shape: { type: 'INT64' }, as: 'BIGINT' },
  UINTEGER: { shape: { type: 'INT64' }, as: 'BIGINT' },
  UBIGINT: { shape: { type: 'DECIMAL', scale: 0 }, as: 'DECIMAL(38, 0)' },
  HUGEINT: { shape: { type: 'DECIMAL', scale: 0 }, as: 'DECIMAL(38, 0)' },
  UHUGEINT: { shape: { type: 'DECIMAL', scale: 0 }, as: 'DECIMAL(38, 0)' },
  FLOAT: { shape: { type: 'DOUBLE' }, as: 'DOUBLE' },
  DOUBLE: { shape: { type: 'DOUBLE' } },
  'TIME WITH TIME ZONE': { shape: { type: 'STRING' }, as: 'VARCHAR' },
  JSON: { shape: { type: 'JSON' }, as: 'VARCHAR' },
  '"NULL"': { shape: { type: 'STRING' }, as: 'VARCHAR' },
}

/** How to read a column of one of the engine's types. @param column its name in SQL, c0 … */
export function readingOf(type: string, column: string, field: ParquetField, geo: GeoColumn | undefined): Reading {
  if (field.isHuge)
    return leftOut(
      'holds decimals of more than 38 digits, which cannot be read exactly; left out. Publish it with fewer digits, or as text.',
    )
  if (Object.hasOwn(plain, type)) {
    const { shape, as: cast } = plain[type] as { shape: Shape; as?: string }
    return as(shape, cast === undefined ? column : `CAST(${column} AS ${cast})`)
  }
  const decimal = /^DECIMAL\((\d+),(\d+)\)$/.exec(type)
  if (decimal !== null) return as({ type: 'DECIMAL', scale: Number(decimal[2]) }, column)
  if (type === 'DATE') return day('DATE', column, column)
  if (type === 'TIME' || type === 'TIME_NS') return timeOfDay(type, column, field)
  if (/^TIMESTAMP(?:_S|_MS|_NS| WITH TIME ZONE)?$/.test(type)) return moment(type, column, field)
  if (type === 'BLOB') return bytes(column, geo, field.name)
  if (type.startsWith('GEOMETRY')) return geometry(column, column, /\('(.*)'\)$/.exec(type)?.[1])
  if (type.endsWith(']'))
    return type.startsWith('BLOB')
      ? leftOut(`holds lists of bytes (${type}); left out. Publish them as text.`)
      : nested('LIST', `CAST(to_json(${column}) AS VARCHAR)`, type)
  if (/^(?:STRUCT|MAP|UNION)\(/.test(type)) return nested('JSON', `CAST(to_json(${column}) AS VARCHAR)`, type)
  if (type === 'VARIANT') return nested('JSON', `CAST(CAST(${column} AS JSON) AS VARCHAR)`, type)
  if (type.startsWith('ENUM')) return as({ type: 'STRING' }, `CAST(${column} AS VARCHAR)`)
  return leftOut(`holds values of a kind that is not read (${type.slice(0, 60)}); left out.`)
}

/** Reads a day or a moment. Infinite ones, and those before the year 1 or after 9999, are not valid elsewhere. */
function day(
  type: 'DATE' | 'TIMESTAMP' | 'TIMESTAMPTZ',
  column: string,
  sql: string,
  also: Record<string, string> = {},
  note?: (found: (key: string) => number) => string | undefined,
): Reading {
  const known = `${column} BETWEEN ${type} '0001-01-01' AND ${type} '9999-12-31${type === 'DATE' ? '' : ' 23:59:59.999999'}'`
  return {
    evidence: { odd: `count_if(NOT (${known}))`, first: `min(CASE WHEN NOT (${known}) THEN row_place END)`, ...also },
    settle: (found) => {
      const odd = found('odd')
      const noted = note?.(found)
      if (odd === 0) return { shape: { type }, sql, ...(noted === undefined ? {} : { problem: noted }) }
      const what = `${odd} of its values (the first in row ${found('first') + 1}) ${odd === 1 ? 'lies' : 'lie'} before the year 1 or after 9999, or ${odd === 1 ? 'is' : 'are'} infinite`
      const asked = { shape: { type }, sql: `CASE WHEN ${known} THEN ${sql} END`, problem: `${what}; read as no value.` }
      return {
        shape: { type: 'STRING' },
        sql: `CAST(${column} AS VARCHAR)`,
        problem: `${what}; kept as text. Ask for ${type} in catalogue.yaml to have ${odd === 1 ? 'it' : 'them'} read as no value.`,
        asked,
      }
    },
  }
}

const isInNanoseconds = ({ logical }: ParquetField) => logical.some((type) => /NANOS=Nano/.test(type))
const cutNanoseconds = 'its times are written in nanoseconds; digits beyond microseconds, if there are any, were cut.'

function moment(type: string, column: string, field: ParquetField): Reading {
  if (type === 'TIMESTAMP WITH TIME ZONE')
    return day('TIMESTAMPTZ', column, column, {}, () => (isInNanoseconds(field) ? cutNanoseconds : undefined))
  const sql = type === 'TIMESTAMP' ? column : `CAST(${column} AS TIMESTAMP)`
  if (type !== 'TIMESTAMP_NS') return day('TIMESTAMP', sql, sql)
  const cut = `count_if(isfinite(${column}) AND epoch_ns(${column}) % 1000 <> 0)`
  return day('TIMESTAMP', sql, sql, { cut }, (found) =>
    found('cut') === 0 ? undefined : `${found('cut')} of its times have nanoseconds; digits beyond microseconds were cut.`,
  )
}

function timeOfDay(type: string, column: string, field: ParquetField): Reading {
  const sql = type === 'TIME' ? column : `CAST(${column} AS TIME)`
  return {
    evidence: {},
    settle: () => ({ shape: { type: 'TIME' }, sql, ...(isInNanoseconds(field) || type === 'TIME_NS' ? { problem: cutNanoseconds } : {}) }),
  }
}

/**
 * SQL: a function's value, or NULL if it fails. The call is wrapped in a list, because the engine otherwise calls functions on a column's
 * whole dictionary, where one bad entry fails all.
 */
const tried = (name: string, column: string) => `list_transform([${column}], lambda x: TRY(${name}(x)))[1]`

const geometryName = /geom|wkb|^shape$|^the_geom$/i

/** Reads bytes: as geometry if GeoParquet says so, or if all are WKB and the column's name suggests it; as text if all are text. */
function bytes(column: string, geo: GeoColumn | undefined, name: string): Reading {
  const text = tried('decode', column)
  const shape = tried('ST_GeomFromWKB', column)
  const values = `count(${column})`
  if (geo?.encoding === 'WKB') return geometry(shape, column, undefined, geo.crs)
  const isNamed = geometryName.test(name)
  const asGeometry = geometry(shape, column, undefined, 'unknown')
  return {
    evidence: {
      values,
      texts: `count_if(NOT contains(${text}, chr(0)))`,
      ...(isNamed ? { ...asGeometry.evidence, shapes: `count(${shape})` } : {}),
    },
    settle: (found) => {
      if (found('values') > 0 && isNamed && found('shapes') === found('values')) return asGeometry.settle(found)
      if (found('texts') < found('values'))
        return { leftOut: 'holds bytes that are not text; left out. Publish it as text, or as GeoParquet if it holds geometries.' }
      return {
        shape: { type: 'STRING' },
        sql: text,
        ...(found('values') === 0 ? {} : { problem: 'holds bytes, all of them UTF-8; read as text. Publish it as text to be certain.' }),
      }
    },
  }
}

const world = "CAST('POLYGON ((-180 -90, 180 -90, 180 90, -180 90, -180 -90))' AS GEOMETRY)"

/**
 * Reads a geometry.
 * @param value a geometry in SQL, NULL if damaged.
 * @param column the column that it is read from.
 * @param named the coordinate system in the engine's type.
 */
function geometry(
  value: string,
  column: string,
  named: string | undefined,
  crs: GeoColumn['crs'] = named === undefined || namesWgs84(named) ? 'WGS84' : 'other',
): Reading {
  const bare = `CAST(${value} AS GEOMETRY)`
  const sql = geoJsonSql(bare)
  const wkt = `CAST(${bare} AS VARCHAR)`
  return {
    evidence: {
      lost: `count_if(${column} IS NOT NULL AND (${sql}) IS NULL AND NOT coalesce(${wkt} LIKE 'POINT% EMPTY', false))`,
      measured: `count_if(regexp_matches(${wkt}, '^[A-Z]+ Z?M '))`,
      outside: `count_if(NOT ST_Intersects_Extent(${bare}, ${world}) AND NOT suffix(${wkt}, 'EMPTY'))`,
    },
    settle: (found) => {
      const problems = [
        found('lost') === 0 ? '' : `${found('lost')} of its geometries are damaged or are collections of several; read as no geometry.`,
        found('measured') === 0 ? '' : `${found('measured')} of its geometries have measures (M), which were left out.`,
        crs === 'other'
          ? 'it names a coordinate system other than WGS84; its coordinates were kept as they are, and no box will find them.'
          : '',
        crs === 'unknown' ? "it names no coordinate system; taken to be WGS84. Say so in GeoParquet's metadata." : '',
        crs !== 'other' && found('outside') > 0
          ? `${found('outside')} of its geometries lie beyond 180 or 90 degrees; no box will find them. Publish them in WGS84 (EPSG:4326).`
          : '',
      ].filter((problem) => problem !== '')
      return { shape: { type: 'GEOMETRY' }, sql, ...(problems.length === 0 ? {} : { problem: problems.join(' ') }) }
    },
  }
}

/** Reads lists and records as JSON, which has neither NaN nor infinity. */
function nested(type: 'LIST' | 'JSON', text: string, engineType: string): Reading {
  const notNumbers = '([\\[:,])-?(?:NaN|Infinity|inf|nan)([\\],}])'
  const mended = `regexp_replace(regexp_replace(${text}, '${notNumbers}', '\\1null\\2', 'g'), '${notNumbers}', '\\1null\\2', 'g')`
  const holdsBytes = /\bBLOB\b/.test(engineType) ? ['it holds bytes, which were written as text with escapes (\\xFF).'] : []
  if (!/\b(?:DOUBLE|FLOAT|VARIANT)\b/.test(engineType))
    return {
      evidence: {},
      settle: () => ({ shape: { type }, sql: text, ...(holdsBytes[0] === undefined ? {} : { problem: holdsBytes[0] }) }),
    }
  return {
    evidence: { infinite: `count_if(regexp_matches(${text}, '${notNumbers}'))` },
    settle: (found) => {
      const problems = [
        ...(found('infinite') === 0
          ? []
          : [`${found('infinite')} of its values hold NaN or infinity, which JSON does not have; read as null.`]),
        ...holdsBytes,
      ]
      return {
        shape: { type },
        sql: found('infinite') === 0 ? text : mended,
        ...(problems.length === 0 ? {} : { problem: problems.join(' ') }),
      }
    },
  }
}

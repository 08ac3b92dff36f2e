import type { ColumnDescription } from '../../../../src/connector/column.js'
import type { EngineSession } from '../../../../src/connector/engine.js'
import { type ColumnProfile, profileTextMax } from '../../../../src/connector/profile.js'
import { columnAt, literal } from '../../engine-sql.js'
import { axisOf, type Stretch, stretches } from './axis.js'

/** Up to this many rows, distinct values are counted exactly. */
const exactRowsMax = 100_000
/** Top values and histograms are counted in at most this many rows. Of a larger table, a sample is used. */
const spreadRowsMax = 1_000_000
/** The same for the top values of a column with very many distinct values, which must all be held in memory. */
const sampleRowsMax = 100_000
const distinctMax = 50_000
const topMax = 10
/** How many columns' top values one statement counts. */
const countedAtOnce = 16
/** How many columns one statement profiles, since each takes some memory. */
const columnsAtOnce = 16

/**
 * Profiles a copy's columns, by position; personal columns have no profile. One scan of all rows finds least, greatest and distinct values.
 * Then at most a million rows give the top values with their counts, and the histograms. Memory does not grow with the rows.
 */
export async function profileColumns(
  session: EngineSession,
  copy: string,
  columns: readonly ColumnDescription[],
  rowCount: number,
): Promise<(ColumnProfile | undefined)[]> {
  const profiles: (ColumnProfile | undefined)[] = columns.map(() => undefined)
  const open = columns.flatMap((column, position) => (column.sensitivity === 'NONE' ? [{ column, position }] : []))
  for (let first = 0; first < open.length; first += columnsAtOnce) {
    const some = open.slice(first, first + columnsAtOnce)
    for (const [position, profile] of await profileSome(session, copy, some, rowCount)) profiles[position] = profile
  }
  return profiles
}

interface Profiled {
  readonly column: ColumnDescription
  readonly position: number
}

/** What the scan of all rows found for a column. */
interface Extent extends Profiled {
  readonly present: number
  readonly distinct: number | undefined
  readonly min: string | undefined
  readonly max: string | undefined
  readonly stretches: readonly Stretch[]
}

type Row = Readonly<Record<string, unknown>>

async function profileSome(
  session: EngineSession,
  copy: string,
  columns: readonly Profiled[],
  rowCount: number,
): Promise<[number, ColumnProfile][]> {
  const read = async (outputs: readonly string[], from: string): Promise<Row> =>
    outputs.length === 0 ? {} : ((await session.rows(`SELECT ${outputs.join(', ')} FROM ${from}`))[0] ?? {})
  const basics = await read(
    columns.flatMap((one) => extentSql(one, rowCount)),
    copy,
  )
  const extents = columns.map((one) => extentOf(one, basics))
  const part = sampleOf(copy, rowCount, spreadRowsMax)
  const bins = await read(['count(*) AS n', ...extents.flatMap(binsSql)], part)
  const scale = rowCount / Math.max(1, Number(bins['n']))
  const tops = await frequent(session, copy, extents, rowCount)
  return extents.map((extent) => {
    const spread = listOf<number>(bins[`bins_${extent.position}`]).map((count) => Math.round(count * scale))
    return [extent.position, profileOf(extent, rowCount, spread, tops.get(extent.position) ?? [])]
  })
}

/** A copy, or a sample of about `rows` of its rows. */
function sampleOf(copy: string, rowCount: number, rows: number): string {
  return rowCount <= rows ? copy : `(SELECT * FROM ${copy} USING SAMPLE ${(rows / rowCount) * 100} PERCENT (system, 1))`
}

interface Frequent {
  readonly text: string
  readonly count: number
}

/** The values of each column that occur at least twice, most frequent first. */
async function frequent(
  session: EngineSession,
  copy: string,
  extents: readonly Extent[],
  rowCount: number,
): Promise<Map<number, Frequent[]>> {
  const tops = new Map<number, Frequent[]>()
  const repeating = extents.filter(({ present, distinct }) => distinct !== undefined && !(present <= exactRowsMax && distinct === present))
  for (let first = 0; first < repeating.length; first += countedAtOnce) {
    const statements = repeating.slice(first, first + countedAtOnce).map(({ column, position, distinct = 0 }) => {
      const value = finite(column, columnAt(position))
      const rows = distinct <= distinctMax ? spreadRowsMax : sampleRowsMax
      const values = `SELECT ${value} AS v, count(*) AS n FROM ${sampleOf(copy, rowCount, rows)} GROUP BY 1`
      const top = `SELECT v, n FROM (${values}) WHERE v IS NOT NULL AND n > 1 ORDER BY n DESC, v LIMIT ${topMax}`
      const scale = Math.max(1, rowCount / rows)
      return `(SELECT ${position} AS position, ${textSql(column, 'v')} AS text, CAST(round(n * ${scale}) AS BIGINT) AS count FROM (${top}))`
    })
    for (const { position, text, count } of await session.rows(statements.join(' UNION ALL '))) {
      if (!isShown(String(text))) continue
      const own = tops.get(Number(position)) ?? []
      tops.set(Number(position), [...own, { text: String(text), count: Number(count) }])
    }
  }
  for (const own of tops.values()) own.sort((left, right) => right.count - left.count || (left.text < right.text ? -1 : 1))
  return tops
}

function extentSql({ column, position }: Profiled, rowCount: number): string[] {
  const at = columnAt(position)
  const present = `count(${at}) AS present_${position}`
  if (!isScalar(column)) return [present]
  const value = finite(column, at)
  const axis = axisOf(column)
  return [
    present,
    `${rowCount <= exactRowsMax ? `count(DISTINCT ${at})` : `approx_count_distinct(${at})`} AS distinct_${position}`,
    `${textSql(column, `min(${value})`)} AS min_${position}`,
    `${textSql(column, `max(${value})`)} AS max_${position}`,
    ...(axis === undefined
      ? []
      : [`${axis.place(`min(${value})`)} AS least_${position}`, `${axis.place(`max(${value})`)} AS greatest_${position}`]),
  ]
}

function extentOf({ column, position }: Profiled, row: Row): Extent {
  const text = (name: string) => (typeof row[`${name}_${position}`] === 'string' ? String(row[`${name}_${position}`]) : undefined)
  const [least, greatest, min, max] = [row[`least_${position}`], row[`greatest_${position}`], text('min'), text('max')]
  const axis = axisOf(column)
  const known = axis !== undefined && typeof least === 'number' && typeof greatest === 'number' && min !== undefined && max !== undefined
  const distinct = row[`distinct_${position}`]
  return {
    column,
    position,
    min,
    max,
    present: Number(row[`present_${position}`]),
    distinct: distinct === undefined ? undefined : Number(distinct),
    stretches: known ? stretches(axis, { place: least, text: min }, { place: greatest, text: max }) : [],
  }
}

/** SQL: how many values lie in each bin. */
function binsSql({ column, position, stretches: found }: Extent): string[] {
  if (found.length === 0) return []
  const uppers = found.map(({ to }) => `CAST(${literal(to)} AS ${axisOf(column)?.engineType})`)
  return [`to_json(map_values(histogram(${finite(column, columnAt(position))}, [${uppers.join(', ')}]))) AS bins_${position}`]
}

/** Whether a value's text can be in a catalogue: it is short, and without the NUL character, which PostgreSQL cannot store. */
const isShown = (text: string): boolean => text.length <= profileTextMax && !text.includes('\0')

function profileOf(extent: Extent, rowCount: number, spread: readonly number[], tops: readonly Frequent[]): ColumnProfile {
  const { column, present, distinct, min, max, stretches: found } = extent
  return {
    nullRatio: rowCount === 0 ? 0 : (rowCount - present) / rowCount,
    ...(distinct === undefined ? {} : { distinctCount: Math.min(distinct, present) }),
    ...(min !== undefined && isShown(min) ? { min: valueOf(column, min) } : {}),
    ...(max !== undefined && isShown(max) ? { max: valueOf(column, max) } : {}),
    topValues: tops.map(({ text, count }) => ({ value: valueOf(column, text), count })),
    histogram: found.map(({ from, to }, index) => ({ from: valueOf(column, from), to: valueOf(column, to), count: spread[index] ?? 0 })),
  }
}

function listOf<Item>(json: unknown): Item[] {
  return typeof json === 'string' ? ((JSON.parse(json) as Item[] | null) ?? []) : []
}

/** A canonical text as its JSON value. */
function valueOf({ type }: ColumnDescription, text: string): string | number | boolean {
  if (type === 'BOOLEAN') return text === 'true'
  if (type === 'DOUBLE') return Number(text)
  if (type === 'INT64') return Number.isSafeInteger(Number(text)) ? Number(text) : text
  return text
}

function isScalar({ type }: ColumnDescription): boolean {
  return type !== 'GEOMETRY' && type !== 'JSON' && type !== 'LIST'
}

/** SQL: a value without NaN and infinities, which have no position. */
function finite({ type }: ColumnDescription, sql: string): string {
  return ['DOUBLE', 'DATE', 'TIMESTAMP', 'TIMESTAMPTZ'].includes(type) ? `(CASE WHEN isfinite(${sql}) THEN ${sql} END)` : sql
}

/** SQL: the canonical text of a value. The engine writes times with a blank. */
function textSql({ type }: ColumnDescription, sql: string): string {
  if (type === 'TIMESTAMP') return `replace(CAST(${sql} AS VARCHAR), ' ', 'T')`
  return type === 'TIMESTAMPTZ' ? `replace(CAST((${sql} AT TIME ZONE 'UTC') AS VARCHAR), ' ', 'T') || 'Z'` : `CAST(${sql} AS VARCHAR)`
}

import type { ColumnType } from '../../../../src/connector/column.js'
import { counted } from '../../../../src/connector/counted.js'
import type { EngineSession } from '../../../../src/connector/engine.js'
import { columnAt } from '../../engine-sql.js'
import { columnsMax } from '../columns-max.js'
import { isWide } from '../copies/wide-rows.js'
import { isNotWgs84 } from '../geo-reports.js'
import type { StagedColumn, StagedTable } from '../staged-table.js'
import { geometryName } from './derive-geometry.js'

/** Rows with their geometry, found in another form of the same data. */
export interface JoinedGeometry {
  /** SQL: a query of the columns c0 … of the copy in its order, and of the geometry as the last. It reads temporary tables. */
  readonly query: string
  /** The columns by which the rows are the features. */
  readonly by: readonly string[]
  /** The most bytes of a row of the other form, roughly. */
  readonly rowBytes: number
  /** Removes the temporary tables. */
  close(): Promise<void>
}

const [featuresTable, joinedTable] = ['joined_features', 'joined_rows']

/** Whether a table may be given the geometry of another form: it has none, no name is in the way, and there is room. */
export function mayBeJoined(columns: readonly Pick<StagedColumn, 'name' | 'shape'>[]): boolean {
  const isInTheWay = columns.some(({ name, shape }) => shape.type === 'GEOMETRY' || name.toLowerCase() === geometryName)
  return !isInTheWay && columns.length < columnsMax && !isWide(columns.length + 1)
}

/**
 * Gives each row the geometry of its feature, where it is certain which that is: there are as many features as rows; and what both say in
 * all columns that they share differs from row to row, and is the same altogether. Numbers that only count the rows prove nothing alone.
 * @param copy a table expression of columns c0 …, in the order of the file.
 * @param features the other form. @returns undefined where it is not certain.
 */
export async function joinGeometry(
  session: EngineSession,
  copy: string,
  columns: readonly StagedColumn[],
  features: StagedTable,
): Promise<JoinedGeometry | undefined> {
  const geometries = features.columns.filter(({ shape }) => shape.type === 'GEOMETRY')
  const [geometry] = geometries
  const shared = sharedColumns(columns, features.columns)
  if (geometry === undefined || geometries.length > 1 || shared.length === 0 || isWide(features.columns.length)) return undefined
  if (isNotWgs84(geometry.name, features.problems)) return undefined
  const close = async () => {
    for (const table of [featuresTable, joinedTable]) await session.run(`DROP TABLE IF EXISTS ${table}`)
  }
  try {
    const [{ n } = {}] = await session.rows(`SELECT count(*) AS n FROM ${copy}`)
    const outputs = [...shared.map(({ theirs }, at) => `${theirs} AS k${at}`), `${geometry.sql} AS point`]
    await session.run(`CREATE TEMP TABLE ${featuresTable} AS SELECT ${outputs.join(', ')} FROM ${features.from}`)
    if (!(await areTheSame(session, copy, shared, Number(n)))) {
      await close()
      return undefined
    }
    const numbered = `(SELECT *, row_number() OVER () AS place FROM ${copy}) AS own`
    const on = shared.map(({ own }, at) => `(${own}) IS NOT DISTINCT FROM k${at}`).join(' AND ')
    const own = columns.map((_, position) => `own.${columnAt(position)}`)
    await session.run(
      `CREATE TEMP TABLE ${joinedTable} AS SELECT ${own.join(', ')}, point AS ${columnAt(columns.length)} FROM ${numbered} JOIN ${featuresTable} ON ${on} ORDER BY place`,
    )
    return { query: `SELECT * FROM ${joinedTable}`, by: shared.map(({ name }) => name), rowBytes: features.rowBytes ?? 1, close }
  } catch (thrown) {
    await close().catch(() => undefined)
    throw thrown
  }
}

/** A column that both forms have: its name here, and SQL of its values here and there that can be compared. */
interface Shared {
  readonly name: string
  readonly type: ColumnType
  readonly own: string
  readonly theirs: string
}

/** Names are the same but for case, blanks and punctuation. A name that a form has twice is of neither. */
function sharedColumns(columns: readonly StagedColumn[], others: readonly StagedColumn[]): Shared[] {
  const named = (of: readonly StagedColumn[], wanted: string) => of.filter(({ name }) => folded(name) === wanted)
  return columns.flatMap((column, position): Shared[] => {
    const wanted = folded(column.name)
    const [other, ...more] = named(others, wanted)
    if (wanted === '' || other === undefined || more.length > 0 || named(columns, wanted).length > 1) return []
    const values = comparable(column.shape.type, other.shape.type)
    if (values === undefined) return []
    return [{ name: column.name, type: column.shape.type, own: values(columnAt(position)), theirs: values(`(${other.sql})`) }]
  })
}

const folded = (name: string) => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '')

const numbers: readonly ColumnType[] = ['INT64', 'DOUBLE', 'DECIMAL']
const plain: readonly ColumnType[] = ['BOOLEAN', 'DATE', 'TIME', 'TIMESTAMP', 'TIMESTAMPTZ', 'INT64', 'DOUBLE', 'DECIMAL']

/** How values of two types are compared, as SQL of a value; undefined where they are not. Files write nothing as an empty text. */
function comparable(own: ColumnType, other: ColumnType): ((sql: string) => string) | undefined {
  const isText = [own, other].map((type) => type === 'STRING')
  if (isText.every(Boolean) || (isText.some(Boolean) && [own, other].includes('INT64')))
    return (sql) => `nullif(trim(CAST(${sql} AS VARCHAR)), '')`
  if (own === other) return plain.includes(own) ? (sql) => sql : undefined
  return numbers.includes(own) && numbers.includes(other) ? (sql) => `CAST(${sql} AS DOUBLE)` : undefined
}

/** Whether what both say differs from row to row, is the same altogether, and is more than a count of the rows. */
async function areTheSame(session: EngineSession, copy: string, shared: readonly Shared[], rows: number): Promise<boolean> {
  const keys = shared.map((_, at) => `k${at}`).join(', ')
  const own = `(SELECT ${shared.map((column, at) => `${column.own} AS k${at}`).join(', ')} FROM ${copy})`
  const theirs = `(SELECT ${keys} FROM ${featuresTable})`
  const [{ n } = {}] = await session.rows(`SELECT count(*) AS n FROM ${theirs}`)
  if (rows === 0 || Number(n) !== rows) return false
  for (const one of [`SELECT DISTINCT ${keys} FROM ${own}`, `(SELECT ${keys} FROM ${own}) INTERSECT (SELECT ${keys} FROM ${theirs})`]) {
    const [found = {}] = await session.rows(`SELECT count(*) AS n FROM (${one})`)
    if (Number(found.n) !== rows) return false
  }
  return saysMore(session, own, shared, rows)
}

/** Whether a column is not the same throughout, and no count of the rows. */
async function saysMore(session: EngineSession, own: string, shared: readonly Shared[], rows: number): Promise<boolean> {
  if (rows === 1) return true
  for (const [at, { type }] of shared.entries()) {
    const key = `k${at}`
    const [found = {}] = await session.rows(
      `SELECT count(DISTINCT ${key}) AS different, max(try_cast(${key} AS HUGEINT)) - min(try_cast(${key} AS HUGEINT)) AS span FROM ${own}`,
    )
    const isCount = type === 'INT64' && Number(found.different) === rows && Number(found.span) === rows - 1
    if (Number(found.different) > 1 && !isCount) return true
  }
  return false
}

/** What is said of a joined column. */
export function joinedDescription(by: readonly string[]): string {
  return `From the GeoJSON form of these data: that of the feature which says the same in ${by.join(', ')}. Null where the feature has none.`
}

/** What a publisher reads about a joined column. @param without how many rows have none, since their feature has none. */
export function joinedProblems(by: readonly string[], without: number): string[] {
  return [
    `Column ${geometryName}: from the GeoJSON form of these data, whose features say the same in ${by.join(', ')}.`,
    ...(without > 0
      ? [`Column ${geometryName}: null in ${counted(without, 'row')}, whose features have none: no box finds these rows.`]
      : []),
  ]
}

import type { Shape } from '../../connector/column.js'
import type { Aggregate, Relation, TableScan, SortKey } from '../../connector/relation.js'
import { joinSql, type JoinWords, matchSql } from '../../connector/join-sql.js'
import { aggregateShape, shapeOf, shapesOf } from '../../connector/shapes.js'
import { inputsOf } from '../../connector/traverse.js'
import { expressionSql } from './expression.js'
import { predicateSql } from './predicate.js'
import { decimalScale, integer, quote, sqlType } from './type.js'

type From = (scan: TableScan) => string

/**
 * From this many scanned rows on, a page is faster where its first sort key is read alone beforehand. That costs 2 ms over a few hundred
 * rows, and saves 10 ms over a million.
 */
const manyRows = 100_000
/** The longest page, offset included, that is found this way. */
const pageRowsMax = 20_000

/**
 * DuckDB's SQL for a relation. Every SELECT returns columns c0 … cn.
 * @param from returns the table expression behind a scan.
 * @param rows how many rows all scans have together.
 */
export function relationSql(relation: Relation, from: From, rows = 0): string {
  return (rows >= manyRows ? pageSql(relation, from) : undefined) ?? select(relation, from, '\n')
}

/**
 * The SQL of a page that is sorted by several keys, most of which only break ties. The first key alone rules out most rows, so the other
 * keys are compared for few. Undefined where the relation is not such a page, or its input would be expensive to read twice.
 */
function pageSql(relation: Relation, from: From): string | undefined {
  if (relation.op !== 'limit' || relation.input.op !== 'sort' || relation.count === undefined) return undefined
  const {
    input: { input, keys },
    count,
    offset,
  } = relation
  const [first] = keys
  const rows = offset + count
  if (first === undefined || keys.length === 1 || rows === 0 || rows > pageRowsMax || !isReadAsItLies(input)) return undefined
  const key = `c${integer(first.column)}`
  const of = nested(input, from, '\n')
  // The first key of the page's last row. It is NULL, and rules out no row, where there are fewer rows or the keys include a NULL.
  const last = `(SELECT CASE WHEN count(${key}) = ${integer(rows)} THEN ${first.descending ? 'min' : 'max'}(${key}) END FROM (SELECT ${key} FROM ${of} ORDER BY ${sortKey(first)} LIMIT ${integer(rows)}))`
  const kept = `CASE WHEN ${last} IS NULL THEN true ELSE ${key} ${first.descending ? '>=' : '<='} ${last} END`
  return `SELECT * FROM ${of} WHERE ${kept} ORDER BY ${keys.map(sortKey).join(', ')}${limitClause(count, offset)}`
}

const readsAsItLies: readonly Relation['op'][] = ['scan', 'union', 'filter', 'project']

/** Whether a relation only reads, filters and projects. Reading it twice then costs little more than once. */
function isReadAsItLies(relation: Relation): boolean {
  return readsAsItLies.includes(relation.op) && inputsOf(relation).every(isReadAsItLies)
}

/** @param line starts a new line at this depth. Finished SQL must never be indented again, because a literal may contain a line break. */
function select(relation: Relation, from: From, line: string): string {
  switch (relation.op) {
    case 'scan':
      return `SELECT ${columns(relation.columns.length)} FROM ${from(relation)}`
    case 'union':
      return relation.inputs.map((input) => `(${select(input, from, line)})`).join(`${line}UNION ALL${line}`)
    case 'filter':
      return `SELECT * FROM ${nested(relation.input, from, line)} WHERE ${predicateSql(relation.predicate, shapesOf(relation.input))}`
    case 'project': {
      const input = shapesOf(relation.input)
      return `SELECT ${named(relation.outputs.map((output) => expressionSql(output, input)))} FROM ${nested(relation.input, from, line)}`
    }
    case 'aggregate': {
      const input = shapesOf(relation.input)
      const groups = relation.groups.map((group) => expressionSql(group, input))
      const measures = relation.measures.map((measure) => aggregateSql(measure, input))
      const by = groups.length === 0 ? '' : ` GROUP BY ${groups.map((_, position) => integer(position + 1)).join(', ')}`
      return `SELECT ${named([...groups, ...measures])} FROM ${nested(relation.input, from, line)}${by}`
    }
    case 'join':
      return joinSql(relation, words(from, line))
    case 'match':
      return matchSql(relation, words(from, line))
    case 'sort':
      // A COPY into several files keeps only the order of a LIMIT, so every sort gets one.
      return `${sorted(relation, from, line)} LIMIT ${everyRow}`
    case 'limit': {
      // LIMIT must be in the same SELECT as its ORDER BY, because SQL does not guarantee the order of a subquery.
      if (relation.input.op === 'sort') return `${sorted(relation.input, from, line)}${limitClause(relation.count, relation.offset)}`
      // The offset is a subquery, not a constant. With a constant, DuckDB (1.5.5) reads the other columns afterwards. That saves nothing
      // without an order, and fails with an INTERNAL Error over Parquet whose statistics rule out a part of the filter.
      return `SELECT * FROM ${nested(relation.input, from, line)}${limitClause(relation.count, relation.offset, (rows) => `(SELECT ${rows})`)}`
    }
  }
}

const everyRow = 2n ** 63n - 1n

function sorted({ input, keys }: Extract<Relation, { op: 'sort' }>, from: From, line: string): string {
  return `SELECT * FROM ${nested(input, from, line)} ORDER BY ${keys.map(sortKey).join(', ')}`
}

function limitClause(count: number | undefined, offset: number, offsetSql = (rows: string) => rows): string {
  return `${count === undefined ? '' : ` LIMIT ${integer(count)}`}${offset === 0 ? '' : ` OFFSET ${offsetSql(integer(offset))}`}`
}

function words(from: From, line: string): JoinWords {
  return { nested: (side) => nested(side, from, line), key: expressionSql, noColumn: 'NULL', wide: 'HUGEINT' }
}

function nested(relation: Relation, from: From, line: string): string {
  if (relation.op === 'scan') return from(relation)
  return `(${line}  ${select(relation, from, `${line}  `)}${line}) AS input`
}

function columns(width: number): string {
  return width === 0 ? 'NULL AS c0' : Array.from({ length: width }, (_, position) => `c${position}`).join(', ')
}

function named(expressions: readonly string[]): string {
  return expressions.length === 0
    ? 'NULL AS c0'
    : expressions.map((sql, position) => (sql === `c${position}` ? sql : `${sql} AS c${position}`)).join(', ')
}

function sortKey(key: SortKey): string {
  return `c${integer(key.column)} ${key.descending ? 'DESC' : 'ASC'} NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`
}

function aggregateSql(measure: Aggregate, input: readonly Shape[]): string {
  const of = measure.input === undefined ? '*' : expressionSql(measure.input, input)
  switch (measure.function) {
    case 'COUNT':
      return `count(${of})`
    case 'COUNT_DISTINCT':
      return `count(DISTINCT ${of})`
    case 'SUM':
      return sumSql(of, measure.input === undefined ? undefined : shapeOf(measure.input, input), aggregateShape(measure, input))
    case 'MIN':
      return `min(${of})`
    case 'MAX':
      return `max(${of})`
    case 'MEDIAN':
      return `median(CAST(${of} AS DOUBLE))`
    case 'STDDEV':
      return `stddev_samp(CAST(${of} AS DOUBLE))`
    case 'SUM_COUNTS':
      return `CAST(coalesce(sum(${of}), 0) AS BIGINT)`
    case 'MEAN':
      return `avg(CAST(${of} AS DOUBLE))`
    case 'M2':
      return `var_pop(CAST(${of} AS DOUBLE)) * count(${of})`
    case 'MERGE_STDDEV': {
      const { count, mean } = measure.of as NonNullable<Aggregate['of']>
      return mergedDeviation(expressionSql(count, input), expressionSql(mean, input), of)
    }
  }
}

/**
 * The sample deviation of all rows from the counts, means and M2 of partial aggregates, merged two at a time. Adding sums of squares would
 * lose the last digits where the mean is large (Chan, Golub and LeVeque, Updating Formulae and a Pairwise Algorithm for Computing Sample
 * Variances, 1979).
 */
function mergedDeviation(count: string, mean: string, squares: string): string {
  const parts = `list({'n': CAST(${count} AS DOUBLE), 'm': ${mean}, 's': ${squares}}) FILTER (${count} > 0)`
  const both = `{'n': a.n + b.n, 'm': a.m + (b.m - a.m) * b.n / (a.n + b.n), 's': a.s + b.s + (b.m - a.m) * (b.m - a.m) * a.n * b.n / (a.n + b.n)}`
  return `list_transform([list_reduce(${parts}, lambda a, b: ${both})], lambda r: CASE WHEN r.n > 1 THEN sqrt(r.s / (r.n - 1)) END)[1]`
}

/**
 * The SQL of a SUM. The sum of integers is cast to DECIMAL, because Parquet would hold a HUGEINT as DOUBLE. DuckDB lets a sum of DECIMAL
 * exceed 38 digits, up to 2^127, so the sum is compared with the largest value of 38 digits. That takes 0.1 µs a group, and a cast by way
 * of text 16 µs.
 */
function sumSql(of: string, from: Shape | undefined, to: Shape): string {
  if (from?.type === 'DOUBLE') return `sum(${of})`
  if (from?.type !== 'DECIMAL') return `CAST(sum(${of}) AS ${sqlType(to)})`
  const scale = decimalScale(to)
  const most = `${'9'.repeat(38 - scale)}${scale === 0 ? '' : `.${'9'.repeat(scale)}`}`
  const bound = (sign: string) => `CAST(${quote(sign + most)} AS ${sqlType(to)})`
  return `CASE WHEN sum(${of}) BETWEEN ${bound('-')} AND ${bound('')} THEN sum(${of}) WHEN sum(${of}) IS NOT NULL THEN error('Could not cast a sum of more than 38 digits') END`
}

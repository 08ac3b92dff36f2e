import type { Expression, Join, JoinType, Relation, Sides } from '../../connector/relation.js'
import { shapesOf } from '../../connector/shapes.js'
import { expressionSql } from './expression.js'

/** A side as a table expression of columns c0 … cn. */
type Nested = (side: Relation) => string

/** The SQL of a join. @param nested returns the table expression of a side. */
export function joinSql({ type, keys, left, right }: Join, nested: Nested): string {
  const columns = [...columnsOf('l', left, 0), ...(type === 'ANTI' ? [] : columnsOf('r', right, shapesOf(left).length))]
  const sides = [
    sideSql(
      keys.map((key) => key.left),
      left,
      nested,
    ),
    sideSql(
      keys.map((key) => key.right),
      right,
      nested,
    ),
  ]
  return `SELECT ${columns.join(', ') || 'NULL AS c0'} FROM (${sides[0]}) AS l ${joins[type]} (${sides[1]}) AS r ON ${equal(keys.length)}`
}

const joins: Record<JoinType, string> = { INNER: 'JOIN', LEFT: 'LEFT JOIN', ANTI: 'ANTI JOIN' }

function columnsOf(side: 'l' | 'r', relation: Relation, first: number): string[] {
  return shapesOf(relation).map((_, position) => `${side}.c${position} AS c${first + position}`)
}

function sideSql(keys: readonly Expression[], side: Relation, nested: Nested): string {
  const shapes = shapesOf(side)
  return `SELECT *, ${keys.map((key, at) => `${expressionSql(key, shapes)} AS k${at}`).join(', ')} FROM ${nested(side)}`
}

function equal(keys: number): string {
  return Array.from({ length: keys }, (_, at) => `l.k${at} = r.k${at}`).join(' AND ')
}

/** The SQL of `match`. Each side is grouped by its keys once; everything is counted from the groups. */
export function matchSql({ type, keys, left, right }: Sides, nested: Nested): string {
  const inner = `(SELECT coalesce(sum(joined), 0) FROM m)`
  const alone = `((SELECT rows FROM ls) - (SELECT coalesce(sum(l_n), 0) FROM m))`
  const joined = { INNER: inner, LEFT: `${inner} + ${alone}`, ANTI: alone }[type]
  const counts = [
    ...[
      '(SELECT rows FROM ls)',
      '(SELECT coalesce(sum(l_n), 0) FROM m)',
      ...['nulls', 'damaged', 'keys'].map((name) => `(SELECT ${name} FROM ls)`),
    ],
    ...[
      '(SELECT rows FROM rs)',
      '(SELECT coalesce(sum(r_n), 0) FROM m)',
      ...['nulls', 'damaged', 'keys'].map((name) => `(SELECT ${name} FROM rs)`),
    ],
    ...['(SELECT count(*) FROM m)', joined, type === 'ANTI' ? 'NULL' : '(SELECT coalesce(max(joined), 0) FROM m)'],
  ]
  return (
    `WITH l AS MATERIALIZED (${groupedSql(
      keys.map((key) => key.left),
      left,
      nested,
    )}), ` +
    `r AS MATERIALIZED (${groupedSql(
      keys.map((key) => key.right),
      right,
      nested,
    )}), ` +
    `m AS MATERIALIZED (SELECT l.n AS l_n, r.n AS r_n, CAST(l.n AS HUGEINT) * r.n AS joined FROM l JOIN r ON ${equal(keys.length)}), ` +
    `ls AS (${sideCounts('l', keys.length)}), rs AS (${sideCounts('r', keys.length)}) ` +
    `SELECT ${counts.map((count, at) => `CAST(${count === 'NULL' ? count : `least(${count}, ${most})`} AS BIGINT) AS c${at}`).join(', ')}`
  )
}

const most = 2n ** 63n - 1n

/** The keys of a side, each with how many rows have it, and apart those rows where a part of the key was null before it was read. */
function groupedSql(keys: readonly Expression[], side: Relation, nested: Nested): string {
  const shapes = shapesOf(side)
  const values = keys.map((key, at) => `${expressionSql(key, shapes)} AS k${at}`)
  const missing = keys.map((key) => `${expressionSql(key.kind === 'normalise' ? key.input : key, shapes)} IS NULL`)
  return `SELECT ${values.join(', ')}, (${missing.join(' OR ')}) AS missing, count(*) AS n FROM ${nested(side)} GROUP BY ALL`
}

function sideCounts(side: 'l' | 'r', keys: number): string {
  const whole = Array.from({ length: keys }, (_, at) => `k${at} IS NOT NULL`).join(' AND ')
  const sum = (of: string) => `coalesce(sum(n) FILTER (${of}), 0)`
  return (
    `SELECT ${sum('true')} AS rows, ${sum('missing')} AS nulls, ${sum(`NOT missing AND NOT (${whole})`)} AS damaged, ` +
    `count(*) FILTER (${whole}) AS keys FROM ${side}`
  )
}

import type { Shape } from './column.js'
import type { Expression, Join, Relation, Sides } from './relation.js'
import { shapesOf } from './shapes.js'

/** What the SQL of joins says in one way to the engine and in another to a database. */
export interface JoinWords {
  /** A side as a table expression of columns c0 … cn. */
  nested(side: Relation): string
  /** A key over columns of these shapes. Texts must compare by their bytes. */
  key(key: Expression, shapes: readonly Shape[]): string
  /** The one output of a relation without columns: a NULL. */
  readonly noColumn: string
  /** A type of whole numbers beyond BIGINT. */
  readonly wide: string
}

/** The SQL of a join, of columns c0 … cn. */
export function joinSql(join: Join, words: JoinWords): string {
  const { type, keys, left, right } = join
  const width = shapesOf(left).length
  const of = (side: 'l' | 'r', relation: Relation, first: number) =>
    shapesOf(relation).map((_, position) => `${side}.c${position} AS c${first + position}`)
  const columns = [...of('l', left, 0), ...(type === 'ANTI' ? [] : of('r', right, width))].join(', ') || `${words.noColumn} AS c0`
  const [l, r] = [`(SELECT *, ${keysOf(join, 'left', words)}) AS l`, `(SELECT *, ${keysOf(join, 'right', words)}) AS r`]
  const on = equal(keys.length)
  if (type === 'ANTI') return `SELECT ${columns} FROM ${l} WHERE NOT EXISTS (SELECT 1 FROM ${r} WHERE ${on})`
  return `SELECT ${columns} FROM ${l} ${type === 'LEFT' ? 'LEFT ' : ''}JOIN ${r} ON ${on}`
}

/** The SQL of `match`. Each side is grouped by its keys once; everything is counted from the groups. */
export function matchSql(match: Sides, words: JoinWords): string {
  const { type, keys } = match
  const inner = '(SELECT coalesce(sum(joined), 0) FROM m)'
  const alone = '((SELECT total FROM ls) - (SELECT coalesce(sum(l_n), 0) FROM m))'
  const side = (name: 'l' | 'r') => [
    `(SELECT total FROM ${name}s)`,
    `(SELECT coalesce(sum(${name}_n), 0) FROM m)`,
    ...['without', 'damaged', 'whole'].map((count) => `(SELECT ${count} FROM ${name}s)`),
  ]
  const joined = { INNER: inner, LEFT: `${inner} + ${alone}`, ANTI: alone }[type]
  const counts = [...side('l'), ...side('r'), '(SELECT count(*) FROM m)', joined, '(SELECT coalesce(max(joined), 0) FROM m)']
  const told = counts.map((count, at) => {
    const hasNone = type === 'ANTI' && at === counts.length - 1
    return `CAST(${hasNone ? 'NULL' : `least(${count}, ${2n ** 63n - 1n})`} AS BIGINT) AS c${at}`
  })
  return (
    `WITH l AS MATERIALIZED (${groupedSql(match, 'left', words)}), r AS MATERIALIZED (${groupedSql(match, 'right', words)}), ` +
    `m AS MATERIALIZED (SELECT l.n AS l_n, r.n AS r_n, CAST(l.n AS ${words.wide}) * r.n AS joined FROM l JOIN r ON ${equal(keys.length)}), ` +
    `ls AS (${sideCounts('l', keys.length)}), rs AS (${sideCounts('r', keys.length)}) SELECT ${told.join(', ')}`
  )
}

/** The keys of a side as k0 … kn, and what they are read from. */
function keysOf({ keys, ...sides }: Sides, side: 'left' | 'right', { nested, key }: JoinWords): string {
  const shapes = shapesOf(sides[side])
  return `${keys.map((pair, at) => `${key(pair[side], shapes)} AS k${at}`).join(', ')} FROM ${nested(sides[side])}`
}

/** The keys of a side, each with how many rows have it, and apart those rows where a part of the key was null before it was read. */
function groupedSql(match: Sides, side: 'left' | 'right', words: JoinWords): string {
  const shapes = shapesOf(match[side])
  const isMissing = match.keys
    .map((pair) => pair[side])
    .map((key) => `${words.key(key.kind === 'normalise' ? key.input : key, shapes)} IS NULL`)
  const names = Array.from(match.keys, (_, at) => `k${at}`).join(', ')
  const weight = match.weights?.[side]
  const weighed = weight === undefined ? '' : `c${weight} AS weight, `
  const keyed = `SELECT (${isMissing.join(' OR ')}) AS missing, ${weighed}${keysOf(match, side, words)}`
  const count = weight === undefined ? 'count(*)' : 'CAST(sum(weight) AS BIGINT)'
  return `SELECT ${names}, missing, ${count} AS n FROM (${keyed}) AS keyed GROUP BY ${names}, missing`
}

function sideCounts(side: 'l' | 'r', keys: number): string {
  const whole = Array.from({ length: keys }, (_, at) => `k${at} IS NOT NULL`).join(' AND ')
  const sum = (where: string) => `coalesce(sum(n) FILTER (WHERE ${where}), 0)`
  return (
    `SELECT coalesce(sum(n), 0) AS total, ${sum('missing')} AS without, ${sum(`NOT missing AND NOT (${whole})`)} AS damaged, ` +
    `count(*) FILTER (WHERE ${whole}) AS whole FROM ${side}`
  )
}

function equal(keys: number): string {
  return Array.from({ length: keys }, (_, at) => `l.k${at} = r.k${at}`).join(' AND ')
}

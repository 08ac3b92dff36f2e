import type { TestHub } from '../test/support/dials.js'
import { tableOf } from './query-hub.js'
import { post } from './support.js'

/** A join of the tables of two spokes, in SQL and as the hub's input. */
export interface JoinQuestion {
  readonly title: string
  /** @param one and @param other table expressions. */
  sql(one: string, other: string): string
  input(one: string, other: string): object
}

const on = [{ left: 'uprn', right: 'uprn' }]
/** One category of twelve, so that the one side keeps about 83,000 of 1,000,000 rows. */
const where = { column: 'l.category', eq: 'Roads' }

function joined([one, other]: [string, string]): object {
  return { from: { table: tableOf(one), as: 'l' }, joins: [{ table: { table: tableOf(other), as: 'r' }, on }], where }
}

/** The first hundred rows of a join, how many it has in each ward, and sums over a join by keys that many rows have. */
export const questions: readonly JoinQuestion[] = [
  {
    title: 'join to about 83,000 rows, top 100 by a column',
    sql: (one, other) =>
      `SELECT l.id, r.id, r.amount FROM ${one} l JOIN ${other} r ON l.uprn = r.uprn WHERE l.category = 'Roads' ORDER BY r.amount DESC, l.id, r.id LIMIT 100`,
    input: (one, other) => ({
      ...joined([one, other]),
      select: [
        { column: 'l.id', as: 'one' },
        { column: 'r.id', as: 'other' },
        { column: 'r.amount', as: 'amount' },
      ],
      orderBy: [{ column: 'amount', direction: 'DESC' }, { column: 'one' }, { column: 'other' }],
      limit: 100,
    }),
  },
  {
    title: 'count over the same join, by group',
    sql: (one, other) =>
      `SELECT r.ward, count(*) FROM ${one} l JOIN ${other} r ON l.uprn = r.uprn WHERE l.category = 'Roads' GROUP BY r.ward ORDER BY r.ward`,
    input: (one, other) => ({
      ...joined([one, other]),
      groupBy: [{ column: 'r.ward', as: 'ward' }],
      measures: [{ function: 'COUNT' }],
      orderBy: [{ column: 'ward' }],
    }),
  },
  {
    title: 'count and sum by group over a join of 2,000 rows by supplier',
    sql: (one, other) =>
      `SELECT l.category, count(*), sum(r.amount) FROM ${one} l JOIN ${other} r ON l.supplier = r.supplier WHERE l.id < 2000 GROUP BY l.category ORDER BY l.category`,
    input: (one, other) => ({
      from: { table: tableOf(one), as: 'l', where: { column: 'id', lt: 2000 } },
      joins: [{ table: { table: tableOf(other), as: 'r' }, on: [{ left: 'supplier', right: 'supplier' }] }],
      groupBy: [{ column: 'l.category', as: 'category' }],
      measures: [{ function: 'COUNT' }, { function: 'SUM', column: 'r.amount', as: 'amount' }],
      orderBy: [{ column: 'category' }],
    }),
  },
]

/** The share of the larger side's rows that is moved by a join that keeps a hundredth of it. */
export async function movedShare(hub: TestHub, one: string, other: string, rows: number): Promise<number> {
  const input = {
    from: { table: tableOf(one), as: 'l', where: { column: 'id', lt: Math.ceil(rows / 100) } },
    joins: [{ table: { table: tableOf(other), as: 'r' }, on }],
    measures: [{ function: 'COUNT' }],
  }
  const query = 'query ($input: QueryInput!) { query(input: $input) { rows sources { spoke rows } } }'
  const text = await post(`${hub.url}/graphql`, JSON.stringify({ query, variables: { input } }))
  const { sources } = (JSON.parse(text) as { data: { query: { sources: { spoke: string; rows: number }[] } } }).data.query
  return (sources.find(({ spoke }) => spoke === other)?.rows ?? NaN) / rows
}

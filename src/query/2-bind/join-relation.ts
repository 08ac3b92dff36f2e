import type { JoinKey, Predicate, Relation } from '../../connector/relation.js'
import { mapColumns, mapPredicateColumns } from '../../connector/traverse.js'
import type { ParsedQuery } from '../1-parse/parse.js'
import type { FromColumn } from './bound-query.js'
import { filterBy } from './filter-by.js'
import { fromRelation } from './from-relation.js'
import type { BoundTable } from './tables.js'

/** What a query says of its tables. All columns are positions among the columns of all tables. */
interface Said {
  /** The columns that it uses, ascending. */
  readonly used: readonly number[]
  /** The filter of each table alone. */
  readonly own: readonly (Predicate | undefined)[]
  /** The keys of each join. */
  readonly keys: readonly JoinKey[][]
}

/** The tables as one relation. */
interface Joined {
  readonly relation: Relation
  /** The columns of all tables that the query uses. */
  readonly columns: FromColumn[]
  /** The position in the relation of a column of a joined table. */
  place(column: number): number
}

/** The tables of a query, each filtered by its own filter, joined in the order in which they are given. */
export async function joinRelation({ joins }: ParsedQuery, tables: readonly BoundTable[], { used, own, keys }: Said): Promise<Joined> {
  const columns: FromColumn[] = []
  const placed = new Map<number, number>()
  let relation: Relation | undefined
  for (const [at, { from, first, columns: all, isJoined }] of tables.entries()) {
    const ofTable = used.filter((column) => column >= first && column < first + all.length)
    const table = await fromRelation(
      from,
      ofTable.map((column) => column - first),
      at,
    )
    columns.push(...table.columns)
    const within = new Map(ofTable.map((column, position) => [column, position]))
    const inTable = (column: number) => within.get(column) as number
    const filter = own[at]
    const right = filterBy(table.relation, filter && mapPredicateColumns(filter, inTable))
    const join = joins[at - 1]
    if (relation === undefined || join === undefined) relation = right
    else {
      const pairs = (keys[at - 1] ?? []).map((key) => ({
        left: mapColumns(key.left, (column) => placed.get(column) as number),
        right: mapColumns(key.right, inTable),
      }))
      relation = { op: 'join', type: join.type, keys: pairs, left: relation, right, at: at - 1 }
    }
    if (isJoined) for (const column of ofTable) placed.set(column, placed.size)
  }
  return { relation: relation as Relation, columns, place: (column) => placed.get(column) as number }
}

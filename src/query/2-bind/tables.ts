import type { QueryTable } from '../../catalogue/tables-for-query.js'
import { BadUserInput } from '../../errors.js'
import { type ParsedQuery, type ParsedTable, tablesOf } from '../1-parse/parse.js'
import { bindFrom, type From } from './from.js'
import type { ScopeTable } from './scope.js'

/** A table of a query, or a stack of tables, with the columns that its members have together. */
export interface BoundTable extends ScopeTable {
  readonly from: From
  /** The position of its first column among the columns of all tables. */
  readonly first: number
  /** False for the right side of an ANTI join: of it there is no column in the rows. */
  readonly isJoined: boolean
}

/** The tables of `from` and of each join, in their order. @throws BAD_USER_INPUT where two have one alias. */
export async function bindTables(query: ParsedQuery, tables: ReadonlyMap<string, QueryTable>): Promise<BoundTable[]> {
  const bound: BoundTable[] = []
  for (const [index, parsed] of tablesOf(query).entries()) {
    const from = await bindFrom(parsed, tables)
    const alias = aliasOf(parsed)
    if (alias !== undefined && bound.some((other) => other.alias === alias)) {
      throw new BadUserInput(`Two tables of this query are called '${alias}'. Give one another name with 'as'.`, { inputPath: parsed.path })
    }
    const before = bound.at(-1)
    const first = before === undefined ? 0 : before.first + before.columns.length
    bound.push({ from, columns: from.columns, alias, first, isJoined: query.joins[index - 1]?.type !== 'ANTI' })
  }
  return bound
}

/** `as`, or else the last part of a single table's id. */
function aliasOf({ alias, members }: ParsedTable): string | undefined {
  return alias ?? (members.length === 1 ? members[0]?.table.split('/').at(-1) : undefined)
}

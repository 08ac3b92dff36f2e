import type { Predicate } from '../../connector/relation.js'
import { DialsError } from '../../errors.js'
import type { ParsedQuery } from '../1-parse/parse.js'
import type { BoundQuery, Use } from './bound-query.js'
import { bindGroups, bindSelect, comparable } from './outputs.js'
import { bindPredicate } from './predicate.js'
import type { QueryTable } from '../../catalogue/tables-for-query.js'
import type { QueryCatalogue } from './query-catalogue.js'
import { scopeOf } from './scope.js'
import { bindStack } from './stack.js'

/** Stage 2: names become tables and columns of the viewer's catalogue, literals get types. Errors name the place and near names. */
export async function bind(query: ParsedQuery, catalogue: QueryCatalogue): Promise<BoundQuery> {
  const tables = await lookUp(query, catalogue)
  const { stack, leaves } = bindStack(query.from, tables)
  const scope = scopeOf(stack, aliasOf(query))
  const uses: Use[] = []
  const filters = [query.from.where, query.where].filter((filter) => filter !== undefined)
  const predicates = filters.map((filter) =>
    bindPredicate(filter, scope, (index, path) => uses.push({ index, use: 'FILTER', implicit: false, path })),
  )
  const seen = (use: Use) => uses.push(use)
  const outputs = query.grouped ? bindGroups(query, scope, seen) : bindSelect(query, stack, scope, seen)
  const outputScope = scopeOf(outputs)
  return {
    leaves,
    stack,
    filter: both(predicates),
    grouped: query.grouped,
    outputs,
    having: query.having === undefined ? undefined : bindPredicate(query.having, outputScope, () => undefined),
    order: query.orderBy.map(({ column, descending, nullsFirst, path }) => {
      const output = outputScope.resolve(column, [...path, 'column'])
      comparable(output.shape, output.name, 'sorted', [...path, 'column'])
      return { column: output.index, descending, nullsFirst }
    }),
    limit: query.limit,
    offset: query.offset,
    uses,
  }
}

async function lookUp(query: ParsedQuery, catalogue: QueryCatalogue): Promise<ReadonlyMap<string, QueryTable>> {
  const found = await catalogue.tables([...new Set(query.from.members.map(({ table }) => table))])
  const tables = new Map(found.map((table) => [table.id, table]))
  for (const { table, path } of query.from.members) {
    if (tables.has(table)) continue
    throw new DialsError('UNKNOWN_TABLE', `There is no table '${table.slice(0, 200)}'.`, {
      inputPath: path,
      suggestions: await catalogue.nearTables(table),
    })
  }
  return tables
}

/** `as`, or the last part of a single table's id. */
function aliasOf({ from }: ParsedQuery): string | undefined {
  return from.alias ?? (from.members.length === 1 ? from.members[0]?.table.split('/').at(-1) : undefined)
}

function both(predicates: Predicate[]): Predicate | undefined {
  return predicates.length < 2 ? predicates[0] : { kind: 'and', terms: predicates }
}

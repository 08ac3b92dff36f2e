import type { QueryTable } from '../../catalogue/tables-for-query.js'
import type { Predicate, Relation, SortKey } from '../../connector/relation.js'
import { mapPredicateColumns } from '../../connector/traverse.js'
import { DialsError } from '../../errors.js'
import type { ParsedQuery } from '../1-parse/parse.js'
import type { BoundQuery, FromColumn, Output, Use } from './bound-query.js'
import { bindFrom } from './from.js'
import { fromRelation } from './from-relation.js'
import { outputRelation } from './output-relation.js'
import { bindGroups, bindSelect, comparable, type NamedOutput } from './outputs.js'
import { bindPredicate } from './predicate.js'
import type { QueryCatalogue } from './query-catalogue.js'
import { sizeOf, StepBudget } from './query-size.js'
import { type Scope, scopeOf } from './scope.js'

/**
 * Stage 2: resolves names to tables and columns of the viewer's catalogue, and gives literals their types. Errors carry the place and
 * similar names.
 * @param budget the steps that are left for this query.
 * @throws QUERY_TOO_COMPLEX before anything of the query's whole size is built.
 */
export async function bind(query: ParsedQuery, catalogue: QueryCatalogue, budget = new StepBudget()): Promise<BoundQuery> {
  const tables = await lookUp(query, catalogue)
  const from = await bindFrom(query.from, tables)
  budget.take(sizeOf(query, from.columns.length))
  const scope = scopeOf(from.columns, aliasOf(query))
  const uses: Use[] = []
  const seen = (use: Use) => uses.push(use)
  const filters = [query.from.where, query.where].filter((filter) => filter !== undefined)
  const predicates = filters.map((filter) =>
    bindPredicate(filter, scope, (column, path) => seen({ column, use: 'FILTER', implicit: false, path })),
  )
  const named = query.grouped ? bindGroups(query, scope, seen) : bindSelect(query, from.columns, scope, seen)
  const outputScope = scopeOf(named)
  const having = query.having === undefined ? undefined : bindPredicate(query.having, outputScope, () => undefined)
  const keys = bindOrder(query, outputScope, named, seen)

  const used = [...new Set(uses.map(({ column }) => column))].sort((one, other) => one - other)
  const positions = new Map(used.map((column, position) => [column, position]))
  const at = (column: number) => positions.get(column) as number
  const { relation, columns } = await fromRelation(from, used)
  const filtered = filterBy(relation, both(predicates.map((predicate) => mapPredicateColumns(predicate, at))))
  const answered = filterBy(outputRelation(named, query.grouped, filtered, at), having)
  return {
    relation: paged(answered, query, keys),
    tables,
    columns,
    outputs: named.map((output) => outputOf(output, columns, at, from.members.length === 1 ? from.members[0]?.table.id : undefined)),
    uses: uses.map((use) => ({ ...use, column: at(use.column) })),
    limit: query.limit,
    offset: query.offset,
  }
}

/** The tables, in the order in which the query names them. */
async function lookUp(query: ParsedQuery, catalogue: QueryCatalogue): Promise<ReadonlyMap<string, QueryTable>> {
  const found = await catalogue.tables([...new Set(query.from.members.map(({ table }) => table))])
  const visible = new Map(found.map((table) => [table.id, table]))
  const tables = new Map<string, QueryTable>()
  for (const { table, path } of query.from.members) {
    const own = visible.get(table)
    if (own !== undefined) {
      tables.set(table, own)
      continue
    }
    throw new DialsError('UNKNOWN_TABLE', `There is no table '${table.slice(0, 200)}'.`, {
      inputPath: path,
      suggestions: await catalogue.nearTables(table),
    })
  }
  return tables
}

/** `as`, or else the last part of a single table's id. */
function aliasOf({ from }: ParsedQuery): string | undefined {
  return from.alias ?? (from.members.length === 1 ? from.members[0]?.table.split('/').at(-1) : undefined)
}

function bindOrder({ orderBy }: ParsedQuery, scope: Scope, outputs: readonly NamedOutput[], seen: (use: Use) => void): SortKey[] {
  return orderBy.map(({ column, descending, nullsFirst, path }) => {
    const output = scope.resolve(column, [...path, 'column'])
    comparable(output.shape, output.name, 'sorted', [...path, 'column'])
    const of = outputs[output.index]
    if (of?.kind === 'column') seen({ column: of.column, use: 'SORT', implicit: false, path: [...path, 'column'] })
    return { column: output.index, descending, nullsFirst }
  })
}

function both(predicates: Predicate[]): Predicate | undefined {
  return predicates.length < 2 ? predicates[0] : { kind: 'and', terms: predicates }
}

function filterBy(input: Relation, predicate: Predicate | undefined): Relation {
  return predicate === undefined ? input : { op: 'filter', predicate, input }
}

/** Groups are always sorted; rows only by orderBy. The page reads one row more than its limit, to find out whether another page follows. */
function paged(input: Relation, { grouped, limit, offset }: ParsedQuery, keys: SortKey[]): Relation {
  const sorted: Relation = grouped || keys.length > 0 ? { op: 'sort', keys, input } : input
  return { op: 'limit', count: limit + 1, offset, input: sorted }
}

/** @param table the query's table, where it has only one. */
function outputOf(output: NamedOutput, columns: readonly FromColumn[], at: (column: number) => number, table: string | undefined): Output {
  const { name, shape } = output
  if (output.column === undefined) return { name, shape }
  const column = at(output.column)
  const asItIs = output.kind === 'column' || (output.kind === 'group' && output.expression.kind === 'column')
  if (!asItIs) return { name, shape, column }
  const { semanticType, unit } = columns[column] as FromColumn
  return {
    ...{ name, shape, column },
    ...(semanticType === undefined ? {} : { semanticType }),
    ...(unit === undefined ? {} : { unit }),
    ...(table === undefined ? {} : { table }),
  }
}

import type { QueryTable } from '../../catalogue/tables-for-query.js'
import type { Relation, SortKey } from '../../connector/relation.js'
import { mapPredicateColumns } from '../../connector/traverse.js'
import { DialsError } from '../../errors.js'
import type { ParsedFilter, Path } from '../1-parse/filter.js'
import { type ParsedJoin, type ParsedQuery, tablesOf } from '../1-parse/parse.js'
import type { BoundJoin, BoundQuery, FromColumn, Output, Use } from './bound-query.js'
import { filterBy } from './filter-by.js'
import { bindKeys } from './join-keys.js'
import { joinRelation } from './join-relation.js'
import { outputRelation } from './output-relation.js'
import { bindGroups, bindSelect, comparable, type NamedOutput } from './outputs.js'
import { placeWhere } from './place-where.js'
import { bindPredicate } from './predicate.js'
import type { QueryCatalogue } from './query-catalogue.js'
import { sizeOf, StepBudget } from './query-size.js'
import { type Scope, scopeOf } from './scope.js'
import { type BoundTable, bindTables } from './tables.js'

/**
 * Stage 2: resolves names to tables and columns of the viewer's catalogue, and gives literals their types. Errors carry the place and
 * similar names.
 * @param budget the steps that are left for this query.
 * @throws QUERY_TOO_COMPLEX before anything of the query's whole size is built.
 */
export async function bind(query: ParsedQuery, catalogue: QueryCatalogue, budget = new StepBudget()): Promise<BoundQuery> {
  const tables = await lookUp(query, catalogue)
  const bound = await bindTables(query, tables)
  budget.take(
    sizeOf(
      query,
      bound.map(({ columns }) => columns.length),
    ),
  )
  const uses: Use[] = []
  const seen = (use: Use) => uses.push(use)
  const filter = (parsed: ParsedFilter, scope: Scope) =>
    bindPredicate(parsed, scope, (column, path) => seen({ column, use: 'FILTER', implicit: false, path }))

  const own = tablesOf(query).map(({ where }, index) =>
    where === undefined ? undefined : filter(where, scopeOf([bound[index] as BoundTable])),
  )
  const keys = query.joins.map((join, index) => {
    const left = scopeOf(bound.slice(0, index + 1).filter(({ isJoined }) => isJoined))
    return bindKeys(join, left, scopeOf([bound[index + 1] as BoundTable]), seen)
  })
  const scope = scopeOf(bound.filter(({ isJoined }) => isJoined))
  const where = query.where === undefined ? undefined : filter(query.where, scope)
  const named = query.grouped ? bindGroups(query, scope, seen) : bindSelect(query, scope, seen)
  const outputScope = scopeOf([{ columns: named }], (name) => noOutput(name, query, scope))
  const having = query.having === undefined ? undefined : bindPredicate(query.having, outputScope, () => undefined)
  const order = bindOrder(query, outputScope, named, seen)

  const used = [...new Set(uses.map(({ column }) => column))].sort((one, other) => one - other)
  const { relation, columns, place } = await joinRelation(query, bound, { used, own, keys })
  const filtered = where === undefined ? relation : placeWhere(relation, mapPredicateColumns(where, place))
  const answered = filterBy(outputRelation(named, query.grouped, filtered, place), having)
  const positions = new Map(used.map((column, position) => [column, position]))
  const at = (column: number) => positions.get(column) as number
  return {
    relation: paged(answered, query, order),
    tables,
    places: placesOf(query),
    columns,
    outputs: named.map((output) => outputOf(output, columns, at, bound)),
    joins: query.joins.map((join, index) => reportedJoin(join, index, bound)),
    uses: uses.map((use) => ({ ...use, column: at(use.column) })),
    form: query.form,
    limit: query.limit,
    offset: query.offset,
  }
}

/** What a match report calls the sides: the aliases, or the tables where there is none. */
function reportedJoin({ type }: ParsedJoin, index: number, bound: readonly BoundTable[]): BoundJoin {
  const nameOf = ({ alias, from }: BoundTable) => alias ?? from.members.map(({ table }) => table.id).join(' + ')
  const left = bound.slice(0, index + 1).filter(({ isJoined }) => isJoined)
  return { type, left: left.map(nameOf).join(' ⋈ '), right: nameOf(bound[index + 1] as BoundTable) }
}

/** The tables, in the order in which the query names them. */
async function lookUp(query: ParsedQuery, catalogue: QueryCatalogue): Promise<ReadonlyMap<string, QueryTable>> {
  const members = tablesOf(query).flatMap((from) => from.members)
  const found = await catalogue.tables([...new Set(members.map(({ table }) => table))])
  const visible = new Map(found.map((table) => [table.id, table]))
  const tables = new Map<string, QueryTable>()
  for (const { table, path } of members) {
    const own = visible.get(table)
    if (own !== undefined) {
      tables.set(table, own)
      continue
    }
    const { text, suggestions } = await catalogue.helpWith(table)
    throw new DialsError('UNKNOWN_TABLE', `There is no table '${table.slice(0, 200)}'.${text}`, { inputPath: path, suggestions })
  }
  return tables
}

/** `having` and `orderBy` name columns of the answer, which people confuse with those of the tables. */
function noOutput(name: string, { grouped }: ParsedQuery, scope: Scope): string {
  const lack = `The answer has no column '${name}'.`
  if (!scope.has(name)) return lack
  return `${lack} The tables have it: ${grouped ? 'group by it, or measure it' : "add it to 'select'"}.`
}

function placesOf(query: ParsedQuery): Map<string, Path> {
  const members = tablesOf(query).flatMap((from) => from.members)
  // Of several places the first stays.
  return new Map(members.map(({ table, path }) => [table, path] as const).reverse())
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

/**
 * Groups are always sorted, and so are the rows of a page of joins, which an engine gives in another order for each page; other rows only by
 * orderBy. A page reads one row more than its limit, to find out whether another page follows.
 */
function paged(input: Relation, { form, grouped, joins, limit, offset, rowsMax }: ParsedQuery, keys: SortKey[]): Relation {
  const isAll = limit === Infinity && offset === 0
  const sorted: Relation = grouped || keys.length > 0 || (joins.length > 0 && !isAll) ? { op: 'sort', keys, input } : input
  const count = Math.min(form === 'PAGE' ? limit + 1 : limit, rowsMax + 1)
  const page: Relation = isAll ? sorted : { op: 'limit', offset, input: sorted, ...(limit === Infinity ? {} : { count }) }
  // It is no page of the client's, which would have to be in an order to be the same again.
  return limit === Infinity && count < Infinity ? { op: 'limit', offset: 0, count, input: page } : page
}

function outputOf(
  output: NamedOutput,
  columns: readonly FromColumn[],
  at: (column: number) => number,
  bound: readonly BoundTable[],
): Output {
  const { name, shape } = output
  if (output.column === undefined) return { name, shape }
  const column = at(output.column)
  const asItIs = output.kind === 'column' || (output.kind === 'group' && output.expression.kind === 'column')
  if (!asItIs) return { name, shape, column }
  const { semanticType, unit, of } = columns[column] as FromColumn
  const [only, ...others] = bound[of]?.from.members ?? []
  return {
    ...{ name, shape, column },
    ...(semanticType === undefined ? {} : { semanticType }),
    ...(unit === undefined ? {} : { unit }),
    ...(only === undefined || others.length > 0 ? {} : { table: only.table.id }),
  }
}

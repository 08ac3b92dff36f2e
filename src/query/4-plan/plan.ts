import type { Expression, Relation, SortKey, Step } from '../../connector/relation.js'
import type { Shape } from '../../connector/column.js'
import { shapesOf } from '../../connector/shapes.js'
import { applySteps, operatorOf, supports } from '../../connector/split.js'
import { BadUserInput } from '../../errors.js'
import type { AuthorisedQuery } from '../3-authorise/authorise.js'
import type { Leaf } from '../2-bind/bound-query.js'
import { columnsOf, mapExpression, mapPredicate } from '../columns.js'
import { aggregateSteps, grouping, pulledAggregates, splitAggregates } from './aggregates.js'
import { drawRelation } from './draw.js'
import { estimateRows, type TableStatistics } from './estimate.js'
import { leafRelation } from './leaf.js'
import type { PhysicalPlan, PlanFragment, PlanSource } from './physical-plan.js'

/**
 * Stage 4: one fragment for each source, as large as that source can run, and the residual that the hub runs over their answers. Pure.
 * Everything goes to a single source whole; over several, filters and projections go to all, aggregates as partial ones, and each
 * source's first rows where there is a limit.
 */
export function plan(query: AuthorisedQuery, sources: ReadonlyMap<string, PlanSource>): PhysicalPlan {
  const wanted = wantedColumns(query)
  const position = (index: number) => wanted.findIndex((column) => column.index === index)
  const filter: Step[] = query.filter === undefined ? [] : [{ op: 'filter', predicate: mapPredicate(query.filter, position) }]
  const groups = groupLeaves(query, wanted, filter, sources)
  const split =
    groups.length === 1
      ? { each: wholeQuery(query, position), then: [] }
      : splitQuery(query, position, stackOf(groups.flatMap(({ inputs }) => inputs)))
  const fragments = groups.map((group, index) => fragment(`#${index}`, group, split.each, query, sources.get(group.spokeId) as PlanSource))
  const answers = fragments.map(({ id, planned }): Relation => applySteps(landedScan(id, planned.taken), planned.left))
  const stacked: Relation = answers.length === 1 ? (answers[0] as Relation) : { op: 'union', inputs: answers }
  return {
    fragments,
    residual: applySteps(stacked, split.then),
    outputs: query.outputs.map(({ name, shape }) => ({ name, shape })),
    limit: query.limit,
    text: drawRelation(applySteps(stackOf(groups.flatMap(({ inputs }) => inputs)), wholeQuery(query, position))),
  }
}

interface LeafGroup {
  readonly spokeId: string
  readonly leaves: readonly Leaf[]
  readonly inputs: readonly Relation[]
}

interface WantedColumn {
  readonly index: number
  readonly shape: Shape
}

/** The stack columns that the query uses at all, in the stack's order. */
function wantedColumns(query: AuthorisedQuery): WantedColumn[] {
  const used = new Set(query.outputs.flatMap(({ index }) => (index === undefined ? [] : [index])))
  if (query.filter !== undefined) for (const index of columnsOf(query.filter)) used.add(index)
  return [...used].sort((left, right) => left - right).map((index) => ({ index, shape: query.stack[index]?.shape as Shape }))
}

/** The tables of one source together where that source stacks them itself; else each alone. Filters stand on each table. */
function groupLeaves(
  query: AuthorisedQuery,
  wanted: readonly WantedColumn[],
  filter: readonly Step[],
  sources: ReadonlyMap<string, PlanSource>,
): LeafGroup[] {
  const bySpoke = new Map<string, Leaf[]>()
  for (const leaf of query.leaves) bySpoke.set(leaf.table.spokeId, [...(bySpoke.get(leaf.table.spokeId) ?? []), leaf])
  return [...bySpoke].flatMap(([spokeId, leaves]): LeafGroup[] => {
    const inputs = leaves.map((leaf) => applySteps(leafRelation(leaf, wanted), filter))
    const { capabilities } = sources.get(spokeId) as PlanSource
    if (inputs.length === 1 || supports(capabilities, { op: 'union', inputs })) return [{ spokeId, leaves, inputs }]
    return leaves.map((leaf, index) => ({ spokeId, leaves: [leaf], inputs: [inputs[index] as Relation] }))
  })
}

function stackOf(inputs: readonly Relation[]): Relation {
  return inputs.length === 1 ? (inputs[0] as Relation) : { op: 'union', inputs: [...inputs] }
}

/** Everything above the filter, for one source alone. */
function wholeQuery(query: AuthorisedQuery, position: (index: number) => number): Step[] {
  return [...(query.grouped ? aggregateSteps(groupingOf(query, position)) : projection(query, position)), ...finish(query)]
}

/** Rows that come in one part. Several parts do not keep the order of a source, so that pages would repeat rows and skip others. */
const unorderedMax = 100_000

/** What each of several sources does, and what the hub does over all their answers. */
function splitQuery(query: AuthorisedQuery, position: (index: number) => number, stacked: Relation): { each: Step[]; then: Step[] } {
  if (query.grouped) {
    const whole = groupingOf(query, position)
    const split = splitAggregates(whole)
    const { partial, merge } = split !== undefined && isWorthIt(split.partial, stacked, query) ? split : pulledAggregates(whole)
    return { each: partial, then: [...merge, ...finish(query)] }
  }
  if (query.order.length === 0 && query.offset + query.limit > unorderedMax) {
    throw new BadUserInput('So deep a page of several sources needs an order: give orderBy.', { inputPath: ['offset'] })
  }
  const first: Step = { op: 'limit', count: query.offset + query.limit + 1, offset: 0 }
  return { each: [...projection(query, position), ...sort(query), first], then: finish(query) }
}

/**
 * A partial aggregation that leaves nearly as many groups as there are rows costs the sources more than it saves. Where nobody knows, it is
 * done.
 */
const groupsWorthIt = 0.5

function isWorthIt(partial: readonly Step[], stacked: Relation, query: AuthorisedQuery): boolean {
  const tables = new Map(query.leaves.map(({ table }) => [table.id, statisticsOf(table)]))
  const [rows, groups] = [estimateRows(stacked, tables), estimateRows(applySteps(stacked, partial), tables)]
  return rows === undefined || groups === undefined || groups <= Math.max(1, rows * groupsWorthIt)
}

function groupingOf(query: AuthorisedQuery, position: (index: number) => number) {
  return grouping(query.outputs, position, (group) => mapExpression(group, position))
}

function projection(query: AuthorisedQuery, position: (index: number) => number): Step[] {
  const outputs = query.outputs.map(({ index }): Expression => ({ kind: 'column', index: position(index as number) }))
  return [{ op: 'project', outputs }]
}

function finish(query: AuthorisedQuery): Step[] {
  const having: Step[] = query.having === undefined ? [] : [{ op: 'filter', predicate: query.having }]
  return [...having, ...sort(query), { op: 'limit', count: query.limit + 1, offset: query.offset }]
}

/**
 * The order asked for, with ties broken so that pages neither repeat nor skip: by the groups, which are unique, or by every other column
 * of the row (GEOMETRY, JSON and LIST as their text). Rows without an order keep the order of their sources.
 */
function sort(query: AuthorisedQuery): Step[] {
  if (!query.grouped && query.order.length === 0) return []
  const asked = new Set(query.order.map(({ column }) => column))
  const ties = query.outputs.flatMap((output, column): SortKey[] => {
    return output.kind === 'measure' || asked.has(column) ? [] : [{ column, descending: false, nullsFirst: false }]
  })
  const keys = [...query.order, ...ties]
  return keys.length === 0 ? [] : [{ op: 'sort', keys }]
}

function fragment(id: string, group: LeafGroup, steps: readonly Step[], query: AuthorisedQuery, source: PlanSource): PlanFragment {
  const relation = applySteps(stackOf(group.inputs), steps)
  const planned = source.plan({ relation: localised(relation, group.spokeId) }, source.capabilities)
  const wanted = new Set(wantedColumns(query).map(({ index }) => index))
  const missing = group.leaves.flatMap(({ cells }) =>
    cells.flatMap((cell, index) => (cell.kind === 'missing' && wanted.has(index) ? [query.stack[index]?.name ?? ''] : [])),
  )
  return {
    id,
    spokeId: group.spokeId,
    connector: source.connector,
    tables: group.leaves.map(({ table }) => table.id),
    missingColumns: [...new Set(missing)],
    planned,
    left: [...new Set(planned.left.map(operatorOf))],
    estimatedRows: estimateRows(
      planned.taken,
      new Map(group.leaves.map(({ table }) => [localId(table.id, group.spokeId), statisticsOf(table)])),
    ),
  }
}

function statisticsOf({ rowCount, columns }: Leaf['table']): TableStatistics {
  return {
    rowCount: rowCount ?? undefined,
    columns: new Map(columns.flatMap(({ name, statistics }) => (statistics === null ? [] : [[name, statistics]]))),
  }
}

/** The same relation with the tables' ids as their source itself knows them. */
function localised(relation: Relation, spokeId: string): Relation {
  if (relation.op === 'scan') return { ...relation, table: localId(relation.table, spokeId) }
  if (relation.op === 'union') return { ...relation, inputs: relation.inputs.map((input) => localised(input, spokeId)) }
  return { ...relation, input: localised(relation.input, spokeId) }
}

/** `camden/libraries/libraries` is `libraries/libraries` at Camden. */
export function localId(id: string, spokeId: string): string {
  return id.slice(spokeId.length + 1)
}

function landedScan(id: string, taken: Relation): Relation {
  return { op: 'scan', table: id, columns: shapesOf(taken).map((shape, index) => ({ name: `c${index}`, ...shape })) }
}

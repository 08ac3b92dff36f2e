import type { ColumnType } from '../../../connector/column.js'
import type { Expression, Join, Relation, RelationOf } from '../../../connector/relation.js'
import { shapeOf, shapesOf } from '../../../connector/shapes.js'
import {
  columnsOf,
  columnsOfPredicate,
  mapColumns,
  mapInputs,
  mapMeasure,
  mapPredicateColumns,
  operandsOf,
  readBy,
} from '../../../connector/traverse.js'
import { type Aggregates, Distinct, mergedAggregates } from './merged-aggregates.js'

/** What decides where rows are aggregated below a join. */
export interface Deciding {
  /** Whether the inputs of a join or union go to several sources. */
  isCut(relation: Relation): boolean
  /** Whether one source can run the whole of a relation. */
  runs(relation: Relation): boolean
  /** Whether a partial aggregation has few enough groups compared with its rows. */
  isWorthIt(partial: Relation, rows: Relation): boolean
  /** How many rows a relation has by estimate. */
  rowsOf(relation: Relation): number | undefined
}

/**
 * The same groups, where an aggregation over joins that span sources is partial at the largest of the tables: its source answers one row
 * for each of its keys and groups, and how many rows that stands for. Rows of one key meet the same partners, each once, so the merge above
 * the joins adds the same up, whether or not the keys of the others are unique (Yan and Larson 1995, eager aggregation).
 */
export function aggregateBelowJoins(relation: Relation, deciding: Deciding): Relation {
  const mapped = mapInputs(relation, (input) => aggregateBelowJoins(input, deciding))
  return (mapped.op === 'aggregate' && deciding.isCut(mapped.input) ? aggregatedBelow(mapped, deciding) : undefined) ?? mapped
}

/** A table, or what one source answers, below joins. Columns are counted in the output of all joins. */
interface Leaf {
  readonly relation: Relation
  /** Its first column. */
  readonly first: number
  readonly width: number
  /** False on the right of a LEFT or ANTI join, where a row's absence matters. */
  readonly mayShrink: boolean
}

function aggregatedBelow({ groups, measures, input }: RelationOf<'aggregate'>, deciding: Deciding): Relation | undefined {
  const read = new Set<number>()
  const leaves = leavesOf(input, 0, true, read, deciding)
  const rowsOf = (leaf: Leaf) => deciding.rowsOf(leaf.relation) ?? Infinity
  const most = Math.max(...leaves.map(rowsOf))
  const inputs = measures.flatMap(readBy)
  const leaf = leaves.findLast((each) => each.mayShrink && rowsOf(each) === most && inputs.every((one) => isOf(one, each) && isSafe(one)))
  if (leaf === undefined || leaves.length < 2) return undefined

  const isIn = (column: number) => column >= leaf.first && column < leaf.first + leaf.width
  const inLeaf = (expression: Expression) => mapColumns(expression, (column) => column - leaf.first)
  const isWhole = (group: Expression) => isOf(group, leaf) && isSafe(group) && columnsOf(group).length > 0
  const keys = new Distinct<Expression>([])
  const above = (expression: Expression): Expression => ({ kind: 'column', index: leaf.first + keys.at(inLeaf(expression)) })
  const asColumn = (index: number): Expression => ({ kind: 'column', index })
  for (const column of [...read, ...groups.filter((group) => !isWhole(group)).flatMap(columnsOf)]) if (isIn(column)) above(asColumn(column))
  const wholes = new Map(groups.filter(isWhole).map((group) => [group, above(group)]))
  const shapes = shapesOf(leaf.relation)
  if (keys.all.length === 0 || keys.all.some((key) => incomparable.includes(shapeOf(key, shapes).type))) return undefined

  const own = measures.map((measure) => mapMeasure(measure, inLeaf))
  const merged = mergedAggregates({ groups: keys.all, measures: [...own, { function: 'COUNT' }] })
  const partial = merged && partialOf(leaf.relation, merged.partial, deciding)
  if (merged === undefined || partial === undefined) return undefined
  const merges = merged.merge.measures.map((measure) => mapMeasure(measure, (one) => mapColumns(one, (column) => leaf.first + column)))
  const weight = columnsOf(merges.pop()?.input as Expression)[0] as number
  const wider = shapesOf(partial).length - leaf.width
  const position = (column: number) =>
    column < leaf.first ? column : isIn(column) ? (columnsOf(above(asColumn(column)))[0] as number) : column + wider
  return {
    op: 'aggregate',
    groups: groups.map((group) => wholes.get(group) ?? mapColumns(group, position)),
    measures: merges,
    input: replaced(input, 0, { leaf, partial, weight, position }),
  }
}

/** Types whose values have no equality. */
const incomparable: readonly ColumnType[] = ['GEOMETRY', 'JSON', 'LIST']

/** The inputs of joins and of filters over them, and in `read` the columns that these joins and filters read. */
function leavesOf(relation: Relation, first: number, mayShrink: boolean, read: Set<number>, deciding: Deciding): Leaf[] {
  if (relation.op === 'filter' && deciding.isCut(relation)) {
    for (const column of columnsOfPredicate(relation.predicate)) read.add(first + column)
    return leavesOf(relation.input, first, mayShrink, read, deciding)
  }
  if (relation.op !== 'join' || !deciding.isCut(relation)) return [{ relation, first, width: shapesOf(relation).length, mayShrink }]
  const { type, keys, left, right } = relation
  const second = first + shapesOf(left).length
  // The columns of the right of an ANTI join are in no output, and their places are those of other tables.
  const ofRight = type === 'ANTI' ? new Set<number>() : read
  for (const column of keys.flatMap((key) => columnsOf(key.left))) read.add(first + column)
  for (const column of keys.flatMap((key) => columnsOf(key.right))) ofRight.add(second + column)
  return [...leavesOf(left, first, mayShrink, read, deciding), ...leavesOf(right, second, mayShrink && type === 'INNER', ofRight, deciding)]
}

function isOf(expression: Expression, { first, width }: Leaf): boolean {
  return columnsOf(expression).every((column) => column >= first && column < first + width)
}

/** Whether an expression has a value for every row: one that fails must not meet rows that the joins would have left out. */
function isSafe(expression: Expression): boolean {
  return expression.kind !== 'cast' && expression.kind !== 'mean' && operandsOf(expression).every(isSafe)
}

/** A table, aggregated by its source; a stack of several sources, where each of them aggregates its own rows. */
function partialOf(relation: Relation, aggregates: Aggregates, { isCut, runs, isWorthIt }: Deciding): Relation | undefined {
  const isStack = relation.op === 'union' && isCut(relation)
  const inputs = (isStack ? relation.inputs : [relation]).map((input): Relation => ({ ...aggregates, input }))
  if (!inputs.every(runs) || !isWorthIt({ ...aggregates, input: relation }, relation)) return undefined
  return isStack ? { op: 'union', inputs } : inputs[0]
}

/** What takes the place of a leaf. Columns are counted in the output of all joins. */
interface Replacement {
  readonly leaf: Leaf
  readonly partial: Relation
  /** The column that counts the rows. */
  readonly weight: number
  /** Where a column is that is read above the leaf. */
  position(column: number): number
}

function replaced(relation: Relation, first: number, by: Replacement): Relation {
  const { leaf, partial, weight, position } = by
  const place = (from: number) => (column: number) => position(from + column) - from
  if (relation.op === 'filter' && relation !== leaf.relation) {
    return { ...relation, predicate: mapPredicateColumns(relation.predicate, place(first)), input: replaced(relation.input, first, by) }
  }
  if (relation.op !== 'join' || relation === leaf.relation) return partial
  const second = first + shapesOf(relation.left).length
  const [side, from] = leaf.first < second ? (['left', first] as const) : (['right', second] as const)
  const join: Join = {
    ...relation,
    keys: relation.keys.map((key) => ({ ...key, [side]: mapColumns(key[side], place(from)) })),
    weights: { ...relation.weights, [side]: weight - from },
  }
  return { ...join, [side]: replaced(relation[side], from, by) }
}

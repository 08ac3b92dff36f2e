import {
  type Aggregate,
  type Expression,
  matchColumns,
  type Relation,
  type RelationOf,
  type Sides,
  type TableScan,
} from '../../../connector/relation.js'
import { shapesOf } from '../../../connector/shapes.js'
import { columnsOf, columnsOfPredicate, mapColumns, mapMeasure, mapPredicateColumns, readBy } from '../../../connector/traverse.js'

/** The same answer, where scans read only the columns that are needed, and projections that change nothing are removed. */
export function pruneColumns(relation: Relation): Relation {
  return prune(relation, undefined).relation
}

/** A relation without the columns that no operator above it needs. It may still have columns that its own operators need. */
interface Pruned {
  readonly relation: Relation
  /** How many columns it has after pruning. */
  readonly width: number
  /** The position after pruning of a column that was wanted or kept. */
  position(column: number): number
}

/** @param wanted positions in the relation's output. Undefined: all of them. */
function prune(relation: Relation, wanted: ReadonlySet<number> | undefined): Pruned {
  switch (relation.op) {
    case 'scan':
      return pruneScan(relation, wanted)
    case 'union':
      return pruneUnion(relation, wanted)
    case 'project':
      return pruneProject(relation, wanted)
    case 'aggregate':
      return pruneAggregate(relation, wanted)
    case 'filter': {
      const input = prune(relation.input, also(wanted, columnsOfPredicate(relation.predicate)))
      const predicate = mapPredicateColumns(relation.predicate, input.position)
      return { ...input, relation: { ...relation, predicate, input: input.relation } }
    }
    case 'sort': {
      const input = prune(
        relation.input,
        also(
          wanted,
          relation.keys.map(({ column }) => column),
        ),
      )
      const keys = relation.keys.map((key) => ({ ...key, column: input.position(key.column) }))
      return { ...input, relation: { ...relation, keys, input: input.relation } }
    }
    case 'join':
      return pruneJoin(relation, wanted)
    case 'match': {
      const { left, right, ...sides } = pruneSides(relation, new Set(), new Set())
      const pruned = { ...relation, ...sides, left: left.relation, right: right.relation }
      return { relation: pruned, ...ranked([...matchColumns.keys()]) }
    }
    case 'limit': {
      const input = prune(relation.input, wanted)
      return { ...input, relation: { ...relation, input: input.relation } }
    }
  }
}

function pruneScan(scan: TableScan, wanted: ReadonlySet<number> | undefined): Pruned {
  const kept = keptOf(scan.columns.length, wanted)
  return { relation: { ...scan, columns: kept.map((index) => scan.columns[index] as TableScan['columns'][number]) }, ...ranked(kept) }
}

/** All inputs of a union must have the same columns in the same order. */
function pruneUnion(union: RelationOf<'union'>, wanted: ReadonlySet<number> | undefined): Pruned {
  const inputs = union.inputs.map((input) => prune(input, wanted))
  const kept = keptOf(inputs[0]?.width ?? 0, wanted)
  return { relation: { ...union, inputs: inputs.map((input) => inOrder(input, kept)) }, ...ranked(kept) }
}

function pruneProject(project: RelationOf<'project'>, wanted: ReadonlySet<number> | undefined): Pruned {
  const kept = keptOf(project.outputs.length, wanted)
  const expressions = kept.map((index) => project.outputs[index] as Expression)
  const input = prune(project.input, new Set(expressions.flatMap(columnsOf)))
  const outputs = expressions.map((output) => mapColumns(output, input.position))
  return { relation: projected(outputs, input), ...ranked(kept) }
}

/** Keeps every group, since removing one would change the rows, and only the wanted measures. */
function pruneAggregate(aggregate: RelationOf<'aggregate'>, wanted: ReadonlySet<number> | undefined): Pruned {
  const { groups, measures } = aggregate
  const kept = keptOf(groups.length + measures.length, wanted && also(wanted, groups.keys()))
  const read = kept.flatMap((index) => measures[index - groups.length] ?? [])
  // It has one row for all its input as long as it has a measure. Without one and without groups it would not be grouped at all.
  const keptMeasures: Aggregate[] = groups.length + read.length > 0 ? read : [{ function: 'COUNT' }]
  const input = prune(aggregate.input, new Set([...groups, ...keptMeasures.flatMap(readBy)].flatMap(columnsOf)))
  const map = (expression: Expression) => mapColumns(expression, input.position)
  const relation: Relation = {
    ...aggregate,
    groups: groups.map(map),
    measures: keptMeasures.map((one) => mapMeasure(one, map)),
    input: input.relation,
  }
  return { relation, ...ranked(kept), width: groups.length + keptMeasures.length }
}

/** The output of an ANTI join has no column of the right side. */
function pruneJoin(join: RelationOf<'join'>, wanted: ReadonlySet<number> | undefined): Pruned {
  const width = shapesOf(join.left).length
  const ofLeft = wanted && new Set([...wanted].filter((column) => column < width))
  const ofRight = wanted && new Set([...wanted].filter((column) => column >= width).map((column) => column - width))
  const { left, right, ...sides } = pruneSides(join, ofLeft, join.type === 'ANTI' ? new Set() : ofRight)
  return {
    relation: { ...join, ...sides, left: left.relation, right: right.relation },
    width: join.type === 'ANTI' ? left.width : left.width + right.width,
    position: (column) => (column < width ? left.position(column) : left.width + right.position(column - width)),
  }
}

/** Both sides with the wanted columns, those of the keys and the weights. */
function pruneSides(
  { keys, left, right, weights }: Sides,
  ofLeft: ReadonlySet<number> | undefined,
  ofRight: ReadonlySet<number> | undefined,
): Pick<Sides, 'keys' | 'weights'> & { left: Pruned; right: Pruned } {
  const read = (side: 'left' | 'right') => [...keys.flatMap((key) => columnsOf(key[side])), ...[weights?.[side] ?? []].flat()]
  const pruned = { left: prune(left, also(ofLeft, read('left'))), right: prune(right, also(ofRight, read('right'))) }
  const mapped = keys.map((key) => ({
    left: mapColumns(key.left, pruned.left.position),
    right: mapColumns(key.right, pruned.right.position),
  }))
  const weight = (side: 'left' | 'right') => (weights?.[side] === undefined ? {} : { [side]: pruned[side].position(weights[side]) })
  return { ...pruned, keys: mapped, ...(weights === undefined ? {} : { weights: { ...weight('left'), ...weight('right') } }) }
}

/** The pruned relation with exactly these columns, in this order. */
function inOrder(pruned: Pruned, kept: readonly number[]): Relation {
  return projected(
    kept.map((column) => ({ kind: 'column', index: pruned.position(column) })),
    pruned,
  )
}

function projected(outputs: Expression[], { relation, width }: Pruned): Relation {
  const isSame = outputs.length === width && outputs.every((output, index) => output.kind === 'column' && output.index === index)
  return isSame ? relation : { op: 'project', outputs, input: relation }
}

function keptOf(width: number, wanted: ReadonlySet<number> | undefined): number[] {
  return wanted === undefined ? Array.from({ length: width }, (_, index) => index) : [...wanted].sort((one, other) => one - other)
}

function ranked(kept: readonly number[]): Pick<Pruned, 'width' | 'position'> {
  const ranks = new Map(kept.map((column, rank) => [column, rank]))
  return { width: kept.length, position: (column) => ranks.get(column) as number }
}

function also(wanted: ReadonlySet<number> | undefined, more: Iterable<number>): ReadonlySet<number> | undefined {
  return wanted === undefined ? undefined : new Set([...wanted, ...more])
}

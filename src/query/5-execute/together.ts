import type { Shape } from '../../connector/column.js'
import type { Engine } from '../../connector/engine.js'
import type { Relation, TableScan } from '../../connector/relation.js'
import { decimalScale, sqlType } from '../../engine/sql/type.js'
import type { PhysicalPlan } from '../4-plan/physical-plan.js'
import type { FragmentOutcome } from './fragment.js'
import { partsSql, pathsOf } from './residual.js'

/**
 * The residual with one read of all parts that a stack puts on each other, which takes half the time where they are many; undefined where
 * there is no such stack. The engine reads them all as the first is typed. Where that could round or cut a value of another it fails, and
 * `residualSql` says what the rows are.
 */
export function togetherSql({ residual }: PhysicalPlan, outcomes: readonly FragmentOutcome[], engine: Engine): string | undefined {
  const joined = withStacksAsScans(residual)
  if (joined === residual) return undefined
  const paths = pathsOf(outcomes)
  return engine.compile(joined, (scan) => {
    const fragments = scan.table.split(' ')
    return partsSql(
      scan,
      fragments.flatMap((id) => paths.get(id) ?? []),
      fragments.length === 1 ? undefined : typedAsPlanned(scan),
    )
  })
}

/** Stacks of like fragments as scans that name all of them, `#0 #1`; the relation itself where it has none. */
function withStacksAsScans(relation: Relation): Relation {
  if (relation.op === 'scan') return relation
  if (relation.op !== 'union') {
    const input = withStacksAsScans(relation.input)
    return input === relation.input ? relation : { ...relation, input }
  }
  const [first, ...others] = relation.inputs
  if (first?.op !== 'scan' || first.columns.length === 0 || others.length === 0) return relation
  const like = others.filter((input): input is TableScan => input.op === 'scan' && isLike(first, input))
  return like.length < others.length ? relation : { ...first, table: [first, ...like].map(({ table }) => table).join(' ') }
}

function isLike(left: TableScan, right: TableScan): boolean {
  return (
    left.columns.length === right.columns.length &&
    left.columns.every((column, index) => sqlType(column) === sqlType(right.columns[index] as Shape))
  )
}

/** Folded when the statement is bound: it costs no row anything. */
function typedAsPlanned({ columns }: TableScan): string {
  const holds = columns.map((shape, index) => `typeof(c${index}) ${sameOrNarrower(shape)}`)
  return `CASE WHEN ${holds.join(' AND ')} THEN true ELSE error('the first part is typed otherwise') END`
}

/** Types that hold every value of a shape as it is, or refuse it. */
function sameOrNarrower(shape: Shape): string {
  switch (shape.type) {
    case 'INT64':
      return "IN ('BIGINT', 'INTEGER', 'SMALLINT', 'TINYINT')"
    case 'DECIMAL':
      return `LIKE 'DECIMAL(%,${decimalScale(shape)})'`
    case 'TIMESTAMPTZ':
      return "= 'TIMESTAMP WITH TIME ZONE'"
    default:
      return `= '${sqlType(shape)}'`
  }
}

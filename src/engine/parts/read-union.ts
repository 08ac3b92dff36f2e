import type { Shape } from '../../connector/column.js'
import type { LandedParts } from '../../connector/engine.js'
import type { Relation, TableScan } from '../../connector/relation.js'
import { mapInputs } from '../../connector/traverse.js'
import { relationSql } from '../sql/relation.js'
import { decimalScale, sqlType } from '../sql/type.js'
import { partsSql } from './read-parts.js'

/** A relation over landed parts, where each scan is read on its own. */
export function separateSql(relation: Relation, parts: LandedParts): string {
  return relationSql(relation, (scan) => partsSql(scan, parts.get(scan.table) ?? []))
}

/**
 * A relation over landed parts, where the scans of a union are read together. Many scans take half the time. Undefined where there is no
 * such union. DuckDB reads all parts with the first part's types. Where that could round or cut values of another part, the statement
 * fails, and the caller must run `separateSql`.
 */
export function togetherSql(relation: Relation, parts: LandedParts): string | undefined {
  const joined = withUnionsAsScans(relation)
  if (joined === relation) return undefined
  return relationSql(joined, (scan) => {
    const ids = scan.table.split(' ')
    return partsSql(
      scan,
      ids.flatMap((id) => parts.get(id) ?? []),
      ids.length === 1 ? undefined : typedAsPlanned(scan),
    )
  })
}

/**
 * Turns each union of scans with the same types into one scan that names them all: `#0 #1`. Returns the relation itself where there is
 * none.
 */
function withUnionsAsScans(relation: Relation): Relation {
  if (relation.op !== 'union') return mapInputs(relation, withUnionsAsScans)
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

/** DuckDB folds this into a constant when it binds the statement, so it costs nothing for each row. */
function typedAsPlanned({ columns }: TableScan): string {
  const holds = columns.map((shape, index) => `typeof(c${index}) ${sameOrNarrower(shape)}`)
  return `CASE WHEN ${holds.join(' AND ')} THEN true ELSE error('the first part is typed otherwise') END`
}

/** The types of a part that can be cast to the shape without loss. */
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

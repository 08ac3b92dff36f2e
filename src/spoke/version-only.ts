import type { Relation } from '../connector/relation.js'
import { mapScans } from '../connector/traverse.js'

/**
 * A request for no row at all asks for the version alone, which needs no proof. It is run over tables of which no row is read: however its
 * parts are divided among sources, no error and no count can tell of what is in them. Undefined where rows may be answered.
 */
export function versionOnly(relation: Relation): Relation | undefined {
  if (relation.op !== 'limit' || relation.count !== 0) return undefined
  return mapScans(relation, (scan) => ({ op: 'limit', count: 0, offset: 0, input: scan }))
}

import type { Relation } from '../../../connector/relation.js'
import { mapInputs } from '../../../connector/traverse.js'

/**
 * The same rows, where a projection over a union that spans sources is applied to each input instead.
 * @param isCut whether a union's inputs go to several sources.
 */
export function pushProjections(relation: Relation, isCut: (union: Relation) => boolean): Relation {
  const mapped = mapInputs(relation, (input) => pushProjections(input, isCut))
  if (mapped.op !== 'project' || mapped.input.op !== 'union' || !isCut(mapped.input)) return mapped
  return { ...mapped.input, inputs: mapped.input.inputs.map((input) => ({ ...mapped, input })) }
}

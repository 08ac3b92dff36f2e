import type { Relation } from '../../../connector/relation.js'
import { mapInputs } from '../../../connector/traverse.js'

/** The same rows, with a projection of a union over several sources on each of its inputs. @param isCut whether a union is such a one. */
export function pushProjections(relation: Relation, isCut: (union: Relation) => boolean): Relation {
  const mapped = mapInputs(relation, (input) => pushProjections(input, isCut))
  if (mapped.op !== 'project' || mapped.input.op !== 'union' || !isCut(mapped.input)) return mapped
  return { ...mapped.input, inputs: mapped.input.inputs.map((input) => ({ ...mapped, input })) }
}

import { type DocumentNode, Kind, type OperationDefinitionNode, type SelectionSetNode } from 'graphql'
import { fragmentsOf } from '../document.js'

/** How deeply the fields of a valid operation are nested. Each fragment is measured once. */
export function depthOf(document: DocumentNode, operation: OperationDefinitionNode): number {
  const fragments = fragmentsOf(document)
  const known = new Map<string, number>()
  const ofFragment = (name: string): number => {
    const fragment = fragments.get(name)
    if (fragment === undefined) return 0
    const depth = known.get(name) ?? ofSelections(fragment.selectionSet)
    known.set(name, depth)
    return depth
  }
  const ofSelections = ({ selections }: SelectionSetNode): number => {
    let deepest = 0
    for (const selection of selections) {
      const depth =
        selection.kind === Kind.FIELD
          ? 1 + (selection.selectionSet === undefined ? 0 : ofSelections(selection.selectionSet))
          : selection.kind === Kind.FRAGMENT_SPREAD
            ? ofFragment(selection.name.value)
            : ofSelections(selection.selectionSet)
      deepest = Math.max(deepest, depth)
    }
    return deepest
  }
  return ofSelections(operation.selectionSet)
}

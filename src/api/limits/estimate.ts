import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  getNullableType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isListType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  typeFromAST,
  valueFromASTUntyped,
} from 'graphql'
import { fieldOf, fragmentsOf } from '../document.js'

const pageSize = 20
const pageSizeMax = 100
const listSize = 10

/**
 * How many fields the answer of a valid operation may hold. A field counts one, times the fields below it for each element of a page
 * (`first`, by default 20) or of a list of unknown size (10). The lists within a page count with it. Each fragment is estimated once.
 */
export function estimate(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const fragments = fragmentsOf(document)
  const known = new Map<string, number>()

  const ofFragment = (name: string): number => {
    const fragment = fragments.get(name)
    const cost =
      known.get(name) ?? (fragment === undefined ? 0 : ofSelections(fragment.selectionSet, typeFromAST(schema, fragment.typeCondition)))
    known.set(name, cost)
    return cost
  }
  const ofField = (node: FieldNode, parent: GraphQLNamedType | undefined): number => {
    const field = fieldOf(parent, node.name.value)
    if (field === undefined || node.selectionSet === undefined) return 1
    const below = ofSelections(node.selectionSet, getNamedType(field.type))
    if (parent?.name.endsWith('Connection') === true) return 1 + below
    const isPage = field.args.some(({ name }) => name === 'first')
    return 1 + below * (isPage ? sizeOf(node, variables) : isListType(getNullableType(field.type)) ? listSize : 1)
  }
  const ofSelections = ({ selections }: SelectionSetNode, parent: GraphQLNamedType | undefined): number => {
    let cost = 0
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) cost += ofField(selection, parent)
      else if (selection.kind === Kind.FRAGMENT_SPREAD) cost += ofFragment(selection.name.value)
      else
        cost += ofSelections(
          selection.selectionSet,
          selection.typeCondition === undefined ? parent : typeFromAST(schema, selection.typeCondition),
        )
    }
    return cost
  }
  return ofSelections(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined)
}

/** The value of `first`. A page has no more than 100, and a value that is not a number is refused elsewhere. */
function sizeOf({ arguments: given = [] }: FieldNode, variables: Readonly<Record<string, unknown>>): number {
  const first = given.find(({ name }) => name.value === 'first')
  const value: unknown = first === undefined ? undefined : valueFromASTUntyped(first.value, variables)
  return typeof value === 'number' ? Math.min(Math.max(1, value), pageSizeMax) : pageSize
}

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
import { dearest, type Part } from './dearest-parts.js'

const pageSize = 20
const pageSizeMax = 100
const listSize = 10

/** What a valid operation may answer, before anything is known of the sizes of its lists. */
export interface Estimate {
  /** Fields of the whole answer: a guess, on the large side. */
  readonly fields: number
  /** The parts with most of them. */
  readonly parts: readonly Part[]
  /** Fields of the answer outside all lists: exact. */
  readonly outside: number
  /** Fields of one element of each list, without those in the lists below it: exact, but for what is null. */
  readonly ofElement: ReadonlyMap<FieldNode, number>
}

/** The cost of a selection for one object: what it guesses in all, what of it lies outside lists, and directly in the object. */
interface Cost {
  readonly all: number
  readonly outside: number
  readonly direct: number
  readonly parts: readonly Part[]
}

const nothing: Cost = { all: 0, outside: 0, direct: 0, parts: [] }
const leaf: Cost = { all: 1, outside: 1, direct: 1, parts: [] }

/**
 * Estimates a valid operation. A field counts one, times the fields below it for each element of a page (`first` or `last`, by default 20)
 * or of a list of unknown size (10). The lists within a page count with it. Each fragment is estimated once.
 */
export function estimate(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): Estimate {
  const fragments = fragmentsOf(document)
  const known = new Map<string, Cost>()
  const ofElement = new Map<FieldNode, number>()

  const ofFragment = (name: string): Cost => {
    const fragment = fragments.get(name)
    const cost =
      known.get(name) ??
      (fragment === undefined ? nothing : ofSelections(fragment.selectionSet, typeFromAST(schema, fragment.typeCondition)))
    known.set(name, cost)
    return cost
  }
  const ofField = (node: FieldNode, parent: GraphQLNamedType | undefined): Cost => {
    const field = fieldOf(parent, node.name.value)
    if (field === undefined || node.selectionSet === undefined) return leaf
    const below = ofSelections(node.selectionSet, getNamedType(field.type))
    const isList = isListType(getNullableType(field.type))
    if (isList) ofElement.set(node, below.outside)
    const isPage = field.args.some(({ name }) => name === 'first')
    const size = parent?.name.endsWith('Connection') === true ? 1 : isPage ? sizeOf(node, variables) : isList ? listSize : 1
    const name = (node.alias ?? node.name).value
    const parts = below.parts.map((part) => ({ path: `${name}.${part.path}`, fields: part.fields * size }))
    return {
      all: 1 + below.all * size,
      outside: isList ? 1 : 1 + below.outside,
      direct: 1,
      parts: dearest([{ path: name, fields: below.direct * size }, ...parts]),
    }
  }
  const ofSelections = ({ selections }: SelectionSetNode, parent: GraphQLNamedType | undefined): Cost => {
    const costs = selections.map((selection) => {
      if (selection.kind === Kind.FIELD) return ofField(selection, parent)
      if (selection.kind === Kind.FRAGMENT_SPREAD) return ofFragment(selection.name.value)
      return ofSelections(
        selection.selectionSet,
        selection.typeCondition === undefined ? parent : typeFromAST(schema, selection.typeCondition),
      )
    })
    return costs.reduce(sum, nothing)
  }
  const { all, outside, parts } = ofSelections(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined)
  return { fields: all, parts, outside, ofElement }
}

const sum = (one: Cost, other: Cost): Cost => ({
  all: one.all + other.all,
  outside: one.outside + other.outside,
  direct: one.direct + other.direct,
  parts: dearest([...one.parts, ...other.parts]),
})

/** The value of `last`, else of `first`. A page has no more than 100, and a value that is not a number is refused elsewhere. */
function sizeOf({ arguments: given = [] }: FieldNode, variables: Readonly<Record<string, unknown>>): number {
  const values = ['last', 'first'].map((name): unknown => {
    const argument = given.find((one) => one.name.value === name)
    return argument === undefined ? undefined : valueFromASTUntyped(argument.value, variables)
  })
  const value = values.find((one) => typeof one === 'number')
  return typeof value === 'number' ? Math.min(Math.max(1, value), pageSizeMax) : pageSize
}

import {
  type DocumentNode,
  type FieldNode,
  getNamedType,
  type GraphQLCompositeType,
  type GraphQLNamedType,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  typeFromAST,
  valueFromASTUntyped,
} from 'graphql'
import type { DialsError } from '../../errors.js'
import type { Viewer } from '../../identity/viewer.js'
import { fieldOf, fragmentsOf } from '../document.js'
import { refusal } from './rule.js'
import type { SchemaRules } from './schema-rules.js'

/** An operation about to run. `variables` are as the client sent them. */
export interface AskedOperation {
  readonly schema: GraphQLSchema
  readonly document: DocumentNode
  readonly operation: OperationDefinitionNode
  readonly variables: Readonly<Record<string, unknown>>
}

/** The refused fields of an operation. If anything in a mutation is refused, every root field is, so that nothing is done in part. */
export type Refusals = ReadonlyMap<FieldNode, DialsError>

/** Decides about a whole valid operation before any of it runs. Each fragment is checked once, however often it is spread. */
export function refusalsOf(asked: AskedOperation, rules: SchemaRules, viewer: Viewer): Refusals {
  const { schema, document, operation } = asked
  const refusals = new Map<FieldNode, DialsError>()
  const fragments = fragmentsOf(document)
  const variables = withDefaults(operation, asked.variables)
  const seen = new Map<string, DialsError | undefined>()

  const inFragment = (name: string): DialsError | undefined => {
    const fragment = fragments.get(name)
    if (fragment === undefined || seen.has(name)) return seen.get(name)
    seen.set(name, undefined)
    const found = inSelections(fragment.selectionSet, typeFromAST(schema, fragment.typeCondition))
    seen.set(name, found)
    return found
  }
  const inField = (node: FieldNode, parent: GraphQLNamedType | undefined): DialsError | undefined => {
    const field = fieldOf(parent, node.name.value)
    if (field === undefined) return undefined
    const own = refusal(
      [...rules.field(parent as GraphQLCompositeType, field), ...rules.given(field, argumentsOf(node, variables))],
      viewer,
    )
    if (own !== undefined) refusals.set(node, own)
    const below = node.selectionSet === undefined ? undefined : inSelections(node.selectionSet, getNamedType(field.type))
    return own ?? below
  }
  const inSelections = ({ selections }: SelectionSetNode, parent: GraphQLNamedType | undefined): DialsError | undefined => {
    let first: DialsError | undefined
    for (const selection of selections) {
      const found =
        selection.kind === Kind.FIELD
          ? inField(selection, parent)
          : selection.kind === Kind.FRAGMENT_SPREAD
            ? inFragment(selection.name.value)
            : inSelections(
                selection.selectionSet,
                selection.typeCondition === undefined ? parent : typeFromAST(schema, selection.typeCondition),
              )
      first ??= found
    }
    return first
  }
  const found = inSelections(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined)
  return operation.operation === 'mutation' && found !== undefined ? refuseRoots(document, refusals, found) : refusals
}

/** Refuses every field of the document, so that no root field of the mutation runs. */
function refuseRoots(document: DocumentNode, refusals: Map<FieldNode, DialsError>, found: DialsError): Refusals {
  const refuse = ({ selections }: SelectionSetNode): void => {
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) refusals.set(selection, refusals.get(selection) ?? found)
      else if (selection.kind === Kind.INLINE_FRAGMENT) refuse(selection.selectionSet)
    }
  }
  for (const definition of document.definitions) {
    if (definition.kind === Kind.OPERATION_DEFINITION || definition.kind === Kind.FRAGMENT_DEFINITION) refuse(definition.selectionSet)
  }
  return refusals
}

/** The values of a field's arguments, before GraphQL coerces them. */
export function argumentsOf(node: FieldNode, variables: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const given = (node.arguments ?? []).filter(({ value }) => value.kind !== Kind.VARIABLE || Object.hasOwn(variables, value.name.value))
  return Object.fromEntries(given.map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]))
}

function withDefaults(
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const defaults = variableDefinitions.flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)] as const],
  )
  return { ...Object.fromEntries(defaults), ...given }
}

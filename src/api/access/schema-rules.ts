import {
  type ConstDirectiveNode,
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { type Rule, ruleOf } from './rule.js'

type Annotated = {
  readonly astNode?: { readonly directives?: readonly ConstDirectiveNode[] | undefined } | null | undefined
  readonly extensionASTNodes?: readonly { readonly directives?: readonly ConstDirectiveNode[] | undefined }[]
}
type OutputField = GraphQLField<unknown, unknown>

/** The access rules of a schema, element by element. */
export class SchemaRules {
  readonly #inputs = new Map<GraphQLNamedType, boolean>()

  /**
   * @throws Error if a field has no rule, of its own or of its type; if a directive is used but not declared; or if a field that can be
   * refused cannot be null. So no hub starts with such a schema.
   */
  constructor(private readonly schema: GraphQLSchema) {
    const faults = [...this.#faults()]
    if (faults.length > 0) throw new Error(`The schema does not say who may ask:\n${faults.join('\n')}`)
  }

  /** The rules of a field: those of its type, its own, and those of the type that it returns. All of them have to hold. */
  field(parent: GraphQLNamedType, field: OutputField): readonly Rule[] {
    return restricting([...rulesOf(parent), ...rulesOf(field), ...rulesOf(getNamedType(field.type))])
  }

  /** The rules of the given arguments of a field, and of the input fields within them. @param values plain values by argument. */
  given(field: OutputField, values: Readonly<Record<string, unknown>>): readonly Rule[] {
    const rules = field.args.flatMap((argument) =>
      Object.hasOwn(values, argument.name) ? [...rulesOf(argument), ...this.#within(argument.type, values[argument.name])] : [],
    )
    return restricting(rules)
  }

  /** Whether any argument of a field, or anything within it, has a rule. */
  hasInputRules(field: OutputField): boolean {
    return field.args.some((argument) => restricting(rulesOf(argument)).length > 0 || this.#isRestricted(getNamedType(argument.type)))
  }

  #within(type: GraphQLInputType, value: unknown): Rule[] {
    const named = getNamedType(type)
    if (!this.#isRestricted(named) || value === null || typeof value !== 'object') return []
    if (isNonNullType(type)) return this.#within(type.ofType, value)
    if (Array.isArray(value)) return value.flatMap((item) => this.#within(isListType(type) ? type.ofType : type, item))
    if (!isInputObjectType(named)) return []
    const given = Object.values(named.getFields()).filter(({ name }) => Object.hasOwn(value, name))
    return [
      ...rulesOf(named),
      ...given.flatMap((field) => [...rulesOf(field), ...this.#within(field.type, (value as Record<string, unknown>)[field.name])]),
    ]
  }

  /** Whether an input type has a rule anywhere within it. Input types may be recursive. */
  #isRestricted(type: GraphQLNamedType): boolean {
    if (!isInputObjectType(type)) return false
    const known = this.#inputs.get(type)
    if (known !== undefined) return known
    this.#inputs.set(type, false)
    const fields = Object.values(type.getFields())
    const own = restricting([...rulesOf(type), ...fields.flatMap((field) => rulesOf(field))]).length > 0
    const found = own || fields.some((field) => this.#isRestricted(getNamedType(field.type)))
    this.#inputs.set(type, found)
    return found
  }

  *#faults(): Generator<string> {
    for (const type of Object.values(this.schema.getTypeMap())) {
      if (type.name.startsWith('__')) continue
      yield* this.#undeclared(type, type.name)
      if (isObjectType(type) || isInterfaceType(type)) {
        for (const field of Object.values(type.getFields())) yield* this.#fieldFaults(type, field)
      } else if (isInputObjectType(type)) {
        for (const field of Object.values(type.getFields())) yield* this.#undeclared(field, `${type.name}.${field.name}`)
      }
    }
  }

  *#fieldFaults(type: GraphQLNamedType, field: OutputField): Generator<string> {
    const at = `${type.name}.${field.name}`
    yield* this.#undeclared(field, at)
    for (const argument of field.args) yield* this.#undeclared(argument, `${at}(${argument.name}:)`)
    if (rulesOf(type).length + rulesOf(field).length === 0) yield `${at} has no access directive, and neither has its type`
    const own = restricting([...rulesOf(field), ...rulesOf(getNamedType(field.type))])
    const isRefusable = own.length > 0 || this.hasInputRules(field)
    if (isRefusable && isNonNullType(field.type) && restricting(rulesOf(type)).length === 0)
      yield `${at} can be refused, so its type has to be nullable`
  }

  *#undeclared(element: Annotated, at: string): Generator<string> {
    for (const { name } of directivesOf(element))
      if (!this.schema.getDirective(name.value)) yield `${at} uses @${name.value}, which is not declared`
  }
}

function rulesOf(element: Annotated | GraphQLArgument | GraphQLInputField): Rule[] {
  return directivesOf(element as Annotated).flatMap((directive) => ruleOf(directive) ?? [])
}

function directivesOf({ astNode, extensionASTNodes = [] }: Annotated): readonly ConstDirectiveNode[] {
  return [...(astNode?.directives ?? []), ...extensionASTNodes.flatMap(({ directives = [] }) => directives)]
}

const restricting = (rules: readonly Rule[]): Rule[] => rules.filter(({ kind }) => kind !== 'public')

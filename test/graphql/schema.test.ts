import { readFileSync } from 'node:fs'
import {
  buildSchema,
  findBreakingChanges,
  findDangerousChanges,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isObjectType,
  isScalarType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
} from 'graphql'
import { describe, expect, test } from 'vitest'
import { directivesSdl } from '../../src/api/access/directives.js'
import { createSchema, printGraph } from '../../src/api/schema.js'

const read = (file: string) => readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

/** Everything of a schema that a client may name, by its coordinate: `Query.dataset(id:)`. */
function elementsOf(schema: GraphQLSchema): { at: string; description?: string | null | undefined }[] {
  const own = Object.values(schema.getTypeMap()).filter((type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type))
  const directives = schema.getDirectives().filter((directive) => !isSpecifiedDirective(directive))
  const members = own.flatMap((type) => {
    if (isEnumType(type)) return type.getValues().map(({ name, description }) => ({ at: `${type.name}.${name}`, description }))
    if (isInputObjectType(type))
      return Object.values(type.getFields()).map(({ name, description }) => ({ at: `${type.name}.${name}`, description }))
    if (!isObjectType(type) && !isInterfaceType(type)) return []
    return Object.values(type.getFields()).flatMap(({ name, description, args }) => [
      { at: `${type.name}.${name}`, description },
      ...args.map((argument) => ({ at: `${type.name}.${name}(${argument.name}:)`, description: argument.description })),
    ])
  })
  return [
    ...own.map(({ name, description }) => ({ at: name, description })),
    ...members,
    ...directives.flatMap(({ name, description, args }) => [
      { at: `@${name}`, description },
      ...args.map((argument) => ({ at: `@${name}(${argument.name}:)`, description: argument.description })),
    ]),
  ]
}

describe('the schema', () => {
  test('describes every type, field, argument, input field, enum value and directive', async () => {
    const elements = elementsOf(await createSchema())
    expect(elements.filter(({ description }) => (description ?? '').trim().length < 3).map(({ at }) => at)).toEqual([])
    expect(elements.length).toBeGreaterThan(400)
  })

  test('says which standard a scalar follows, or where else its forms are described', async () => {
    const scalars = Object.values((await createSchema()).getTypeMap()).filter((type) => isScalarType(type) && !isSpecifiedScalarType(type))
    const told = scalars.map((type) => [type.name, isScalarType(type) ? type.specifiedByURL : undefined])
    expect(Object.fromEntries(told)).toEqual({
      DateTime: 'https://www.rfc-editor.org/rfc/rfc3339',
      IRI: 'https://www.rfc-editor.org/rfc/rfc3987',
      JSON: 'https://www.rfc-editor.org/rfc/rfc8259',
      Value: undefined,
    })
  })

  test('graphql/schema.graphql is what the code says (npm run generate)', async () => {
    expect(read('graphql/schema.graphql')).toBe(printGraph(await createSchema()))
  })

  test('graphql/directives.graphql declares the directives that are in effect', () => {
    expect(read('graphql/directives.graphql')).toBe(directivesSdl)
  })

  test('of the surface, exactly what test/surface-pending.txt names is missing or changed', () => {
    const changes = findBreakingChanges(buildSchema(read('graphql/surface.graphql')), buildSchema(read('graphql/schema.graphql')))
    expect(changes.map(({ type, description }) => `${type}: ${description}`).sort()).toEqual(
      read('test/surface-pending.txt').trim().split('\n'),
    )
  })

  test('pending fields and types are absent: existing ones have the same types', () => {
    const pending = read('test/surface-pending.txt').trim().split('\n')
    expect(pending.filter((line) => !/^(TYPE|FIELD)_REMOVED: /.test(line))).toEqual([])
  })

  test('defaults are those of the surface', () => {
    const changes = findDangerousChanges(buildSchema(read('graphql/surface.graphql')), buildSchema(read('graphql/schema.graphql')))
    expect(changes.filter(({ type }) => type === 'ARG_DEFAULT_VALUE_CHANGE')).toEqual([])
  })
})

import { buildSchema, type GraphQLSchema } from 'graphql'
import { MapperKind, mapSchema } from '@graphql-tools/utils'
import fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { directivesSdl } from '../../src/api/access/directives.js'
import { SchemaRules } from '../../src/api/access/schema-rules.js'
import type { Context } from '../../src/api/context.js'
import { Operations } from '../../src/api/operations.js'
import { Results } from '../../src/api/results.js'
import { createGraphServer } from '../../src/api/server.js'
import type { Viewer } from '../../src/identity/viewer.js'

const sdl = `
  type Query {
    open: Open @public
    secret: Secret @public
    thing(kind: String): Thing @public
    either(kind: String): Either @public
    node(kind: String): Node @public
    staff: String @requiresScopes(scopes: [["a", "b"], ["c"]])
    nobody: String @requiresScopes(scopes: [])
    filtered(where: Where, raw: String @authenticated): String @public
  }
  type Mutation { tick(where: Where): Open @public, reset: Open @requiresScopes(scopes: [["hub:operate"]]) }
  interface Node @public { id: ID! }
  type Open implements Node @public { id: ID!, name: String, hidden: String @authenticated, self: Open }
  type Secret implements Node @authenticated { id: ID!, name: String }
  interface Thing @public { name: String }
  type PlainThing implements Thing @public { name: String }
  type SecretThing implements Thing @public { name: String @authenticated }
  union Either @public = Open | Secret
  input Where { name: String, owner: String @authenticated, and: [Where!] }
`
const log = { info: () => undefined, warn: () => undefined, error: () => undefined }
const anonymous: Viewer = { scopes: [] }
const someone = (...scopes: string[]): Viewer => ({ subject: 's', scopes })

/** A graph whose resolvers record that they ran. */
function graphOf() {
  const ran: string[] = []
  const values: Record<string, unknown> = {
    open: { __typename: 'Open', id: 'o', name: 'open', hidden: 'h' },
    secret: { __typename: 'Secret', id: 's', name: 'secret' },
    plain: { __typename: 'PlainThing', name: 'plain' },
    covert: { __typename: 'SecretThing', name: 'covert' },
  }
  const schema = mapSchema(buildSchema(`${directivesSdl}${sdl}`), {
    [MapperKind.OBJECT_FIELD]: (config, name, type) => ({
      ...config,
      resolve: (source: Record<string, unknown> | undefined, args: { kind?: string }) => {
        ran.push(`${type}.${name}`)
        if (name === 'self') return source
        return args.kind === undefined
          ? (source?.[name] ?? values[name === 'tick' || name === 'reset' ? 'open' : name] ?? 'yes')
          : values[args.kind]
      },
    }),
  })
  const server = createGraphServer(new Operations(schema, log), log)
  return {
    ran,
    async ask(query: string, viewer: Viewer = anonymous, variables: Record<string, unknown> = {}) {
      const context = { viewer, results: new Results() } as unknown as Context
      const { body } = await server.executeOperation({ query, variables }, { contextValue: context })
      if (body.kind !== 'single') throw new Error('not one answer')
      const { data, errors = [] } = body.singleResult
      return {
        data: data === undefined ? undefined : (JSON.parse(JSON.stringify(data)) as unknown),
        errors: errors.map(({ path, extensions }) => `${path?.join('.')} ${String(extensions?.['code'])}`),
      }
    },
  }
}

describe('what is refused', () => {
  it('is null with UNAUTHENTICATED, and the rest of the operation is answered', async () => {
    const { ask, ran } = graphOf()
    expect(await ask('{ open { name hidden } staff }')).toEqual({
      data: { open: { name: 'open', hidden: null }, staff: null },
      errors: ['open.hidden UNAUTHENTICATED', 'staff UNAUTHENTICATED'],
    })
    expect(ran).toEqual(['Query.open', 'Open.name'])
  })

  it('is FORBIDDEN to a token that lacks the scopes: all of one list', async () => {
    const { ask } = graphOf()
    expect(await ask('{ staff }', someone('a'))).toEqual({ data: { staff: null }, errors: ['staff FORBIDDEN'] })
    expect(await ask('{ staff }', someone('a', 'b'))).toEqual({ data: { staff: 'yes' }, errors: [] })
    expect(await ask('{ staff }', someone('c'))).toEqual({ data: { staff: 'yes' }, errors: [] })
    expect(await ask('{ nobody }', someone('a', 'b', 'c', ''))).toEqual({ data: { nobody: null }, errors: ['nobody FORBIDDEN'] })
  })

  test.each([
    ['a field that leads to a refused type, by its type name alone', '{ secret { __typename } }', ['secret UNAUTHENTICATED']],
    ['an alias', '{ a: open { b: hidden } }', ['a.b UNAUTHENTICATED']],
    ['a fragment', '{ open { ...f } } fragment f on Open { ...g } fragment g on Open { hidden }', ['open.hidden UNAUTHENTICATED']],
    ['an inline fragment', '{ open { ... { ... on Open { hidden } } } }', ['open.hidden UNAUTHENTICATED']],
    ['an interface whose one type is stricter', '{ thing(kind: "covert") { name } }', ['thing.name UNAUTHENTICATED']],
    ['an interface into a refused type', '{ node(kind: "secret") { ... on Secret { name } } }', ['node.name UNAUTHENTICATED']],
    ['an interface’s own field of a refused type', '{ node(kind: "secret") { id } }', ['node.id UNAUTHENTICATED']],
    ['a union', '{ either(kind: "secret") { ... on Secret { name } } }', ['either.name UNAUTHENTICATED']],
    ['a type that holds itself', '{ open { self { self { hidden } } } }', ['open.self.self.hidden UNAUTHENTICATED']],
    ['an argument', '{ filtered(raw: "x") }', ['filtered UNAUTHENTICATED']],
    ['an input field', '{ filtered(where: { and: [{ owner: "x" }] }) }', ['filtered UNAUTHENTICATED']],
    ['an input field where a list may be one value', '{ filtered(where: { and: { owner: null } }) }', ['filtered UNAUTHENTICATED']],
    ['a variable', 'query ($w: Where) { filtered(where: $w) }', ['filtered UNAUTHENTICATED']],
    ['a variable’s default', 'query ($r: String = "x") { filtered(raw: $r) }', ['filtered UNAUTHENTICATED']],
    [
      'a directive that says to include it',
      'query ($yes: Boolean = true) { open { hidden @include(if: $yes) } }',
      ['open.hidden UNAUTHENTICATED'],
    ],
  ])('is found through %s', async (_way, query, errors) => {
    const { ask, ran } = graphOf()
    const told = await ask(query, anonymous, query.includes('$w') ? { w: { and: [{ and: [{ owner: 'x' }] }] } } : {})
    expect(told.errors).toEqual(errors)
    expect(ran.filter((field) => /hidden|filtered|Secret/.test(field))).toEqual([])
    expect((await graphOf().ask(query, someone(), query.includes('$w') ? { w: { owner: 'x' } } : {})).errors).toEqual([])
  })

  it('does not affect allowed fields beside it', async () => {
    const { ask } = graphOf()
    expect(
      await ask('{ thing(kind: "plain") { name } node(kind: "open") { id ... on Secret { name } } filtered(where: { name: "x" }) }'),
    ).toEqual({
      data: { thing: { name: 'plain' }, node: { id: 'o' }, filtered: 'yes' },
      errors: [],
    })
  })

  it('keeps a mutation from being done in part', async () => {
    for (const query of [
      'mutation { tick { id } reset { id } }',
      'mutation { tick { hidden } }',
      'mutation { ...f } fragment f on Mutation { tick { id ...g } } fragment g on Open { hidden }',
      'mutation { tick(where: { owner: "x" }) { id } }',
    ]) {
      const { ask, ran } = graphOf()
      expect(
        (await ask(query)).errors.every((error) => error.endsWith('UNAUTHENTICATED')),
        query,
      ).toBe(true)
      expect(ran, query).toEqual([])
    }
  })

  it('is decided once for a fragment that is spread thousands of times', async () => {
    const fragments = Array.from({ length: 12 }, (_, at) => `fragment f${at} on Open { ...f${at + 1} ...f${at + 1} }`).join(' ')
    const { errors } = await graphOf().ask(`{ open { ...f0 } } ${fragments} fragment f12 on Open { hidden }`)
    expect(errors).toEqual(['open.hidden UNAUTHENTICATED'])
  })

  it('is the same for random operations as for a reference that looks at every field alone', async () => {
    const field = fc.letrec<{ open: string; selections: string }>((tie) => ({
      open: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('id', 'name', 'hidden', 'x: hidden'),
        tie('selections').map((inner) => `self { ${inner} }`),
        tie('selections').map((inner) => `... on Open { ${inner} }`),
      ),
      selections: fc.array(tie('open'), { minLength: 1, maxLength: 3 }).map((all) => all.join(' ')),
    }))
    await fc.assert(
      fc.asyncProperty(field.selections, fc.boolean(), async (selections, isKnown) => {
        const { ask, ran } = graphOf()
        const { errors } = await ask(`{ open { ${selections} } }`, isKnown ? someone() : anonymous)
        const asksHidden = /hidden/.test(selections)
        expect(errors.length > 0).toBe(asksHidden && !isKnown)
        expect(ran.includes('Open.hidden')).toBe(asksHidden && isKnown)
      }),
      { numRuns: 200 },
    )
  })
})

describe('a schema that does not build', () => {
  const build =
    (text: string): (() => SchemaRules) =>
    () =>
      new SchemaRules(buildSchema(text, { assumeValidSDL: true }) as GraphQLSchema)
  test.each([
    ['a field without a directive', `${directivesSdl} type Query { a: String @public, b: String }`, /Query\.b has no access directive/],
    ['a directive that is not declared', 'type Query { a: String @public }', /Query\.a uses @public, which is not declared/],
    ['one on an argument', `${directivesSdl} type Query { a(x: Int @secret): String @public }`, /Query\.a\(x:\) uses @secret/],
    [
      'what can be refused and not be null',
      `${directivesSdl} type Query { a: String! @authenticated }`,
      /Query\.a can be refused, so its type has to be nullable/,
    ],
    [
      'what leads to a refused type and cannot be null',
      `${directivesSdl} type Query { a: [S!]! @public } type S @authenticated { b: String }`,
      /Query\.a can be refused/,
    ],
  ])('has %s', (_what, text, message) => {
    expect(build(text)).toThrow(message)
  })
})

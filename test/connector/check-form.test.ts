import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { connectors } from '../../connectors/index.js'
import { catalogueFileSchema } from '../../connectors/files/folder/catalogue-file.js'
import { hubConfigSchema, spokeConfigSchema } from '../../src/config.js'
import { catalogueEventSchema } from '../../src/connector/catalogue.js'
import { checkForm, type Fault, faultText } from '../../src/connector/check-form.js'
import { scanRequestSchema } from '../../src/connector/scan-request.js'
import { downloadInputSchema, operandSchemas, queryInputSchema } from '../../src/query/1-parse/input.js'

const faultsOf = (schema: z.ZodType, value: unknown): readonly Fault[] => {
  const checked = checkForm(schema, value)
  return 'faults' in checked ? checked.faults : []
}
const first = (schema: z.ZodType, value: unknown) => {
  const [fault] = faultsOf(schema, value)
  return fault === undefined ? 'is right' : faultText(fault, 'it')
}

/** How zod itself says it. */
const zodsWords = /invalid|unrecognized|expected|received|too (small|big)|discriminator|undefined|"code"|[[{]"|NaN/i

const oneOf = z.discriminatedUnion('kind', [z.object({ kind: z.literal('point') }), z.object({ kind: z.literal('line'), of: z.number() })])
const tls = z.union([z.boolean(), z.strictObject({ ca: z.string().optional(), key: z.string().optional() })])

describe('every kind of fault is told in plain English', () => {
  test.each<[string, z.ZodType, unknown]>([
    ['it is missing: give a text', z.string(), undefined],
    ['it must be a text, and is a number: put it in quotation marks', z.string(), 2024],
    ['it must be a text, and is null', z.string(), null],
    ['it must be a text, and is a list', z.string(), []],
    ['it must be a number, and is not a number', z.number(), NaN],
    ['it must be a whole number, and is a number', z.number().int(), 1.5],
    ['it is over 9007199254740991', z.number().int(), 1e30],
    ['it must be true or false, and is a text', z.boolean(), 'yes'],
    ['it must be a number, and is a text: write it without quotation marks', z.number(), '4100'],
    ['it must be true or false, and is a text: write it without quotation marks', z.boolean(), 'true'],
    ['it must be a list, and is an object', z.array(z.string()), {}],
    ['it must be an object, and is a list', z.record(z.string(), z.string()), []],
    ['it must be something else, and is a number', z.never(), 1],
    ['it must be a web address: https://data.example/libraries', z.url(), 'camden'],
    ['it must be a day: 2026-01-31', z.iso.date(), 'yesterday'],
    ['it must be a moment: 2026-01-31T10:00:00Z', z.iso.datetime(), 'now'],
    ['it has not the form /^a/', z.string().regex(/^a/), 'b'],
    ['it has not the form of uuid', z.uuid(), 'b'],
    ['it must begin with a', z.string().startsWith('a'), 'b'],
    ['it must end with a', z.string().endsWith('a'), 'b'],
    ['it must hold a', z.string().includes('a'), 'b'],
    ["it is none of INNER, LEFT, ANTI. Did you mean 'INNER'?", z.enum(['INNER', 'LEFT', 'ANTI']), 'inner'],
    ['it is none of INNER, LEFT, ANTI', z.enum(['INNER', 'LEFT', 'ANTI']), 7],
    ['it is missing: give one of INNER, LEFT', z.enum(['INNER', 'LEFT']), undefined],
    [`it is none of ${Array.from({ length: 30 }, (_, n) => n).join(', ')} and 20 others`, z.literal([...Array(50).keys()]), 99],
    ['it must be true', z.literal(true), false],
    ['it is empty', z.array(z.string()).min(1), []],
    ['it is empty', z.string().min(1), ''],
    ['it has fewer than 2 entries', z.array(z.string()).min(2), ['a']],
    ['it has more than 1 entry', z.array(z.string()).max(1), ['a', 'b']],
    ['it must have exactly 4 entries', z.array(z.number()).length(4), [1]],
    ['it has more than 3 characters', z.string().max(3), 'abcd'],
    ['it must have exactly 1 character', z.string().length(1), 'abcd'],
    ['it is below 1', z.number().min(1), 0],
    ['it must be more than 1', z.number().gt(1), 1],
    ['it must be less than 1', z.number().lt(1), 1],
    ['it must be a multiple of 5', z.number().multipleOf(5), 3],
    ["it has no key 'nam'. Did you mean 'name'?", z.strictObject({ name: z.string() }), { nam: 'London' }],
    ["it has no key 'x'", z.strictObject({}), { x: 1, y: 2 }],
    [
      'a-b is no name that may stand here: it must be a letter',
      z.record(z.string().regex(/^[a-z]$/, 'must be a letter'), z.string()),
      { 'a-b': '' },
    ],
    ['kind is none of point, line', oneOf, { kind: 'xyz' }],
    ['it must be true or false or an object, and is a number', tls, 1],
    ["it has no key 'caa'. Did you mean 'ca'?", tls, { caa: 'x' }],
    ['it is wrong: its ca must be a text, and is a list', tls, { ca: [] }],
    ['it must be * or a number, and is true or false', z.union([z.literal('*'), z.number()]), true],
    ['it must be an origin', z.union([z.literal('*'), z.string().regex(/^h/, 'must be an origin')]), 'x'],
    ['it is not as it should be', z.custom(() => false), 1],
    ['it is odd', z.number().refine((n) => n % 2 === 0, 'is odd'), 1],
    ['a[0].b is missing: give a number', z.object({ a: z.array(z.object({ b: z.number() })) }), { a: [{}] }],
  ])('%s', (text, schema, value) => {
    expect(first(schema, value)).toBe(text)
    expect(text.replace(/is wrong|not a number/, '')).not.toMatch(zodsWords)
  })

  test('an unknown key comes before what is missing', () => {
    expect(first(z.strictObject({ name: z.string() }), { nmae: 1 })).toBe("it has no key 'nmae'. Did you mean 'name'?")
  })

  test('no value is repeated, because it may be a secret', () => {
    for (const schema of [
      z.url(),
      z.number(),
      z.enum(['a']),
      z.string().max(3),
      z.array(z.string()),
      z.literal('a'),
      z.string().regex(/^x/),
    ])
      expect(JSON.stringify(faultsOf(schema, 'hunter2'))).not.toContain('hunter2')
  })
})

const column = { name: 'Ward', type: 'STRING' }
const relation = {
  op: 'filter',
  where: {
    kind: 'compare',
    comparison: 'eq',
    left: { kind: 'column', index: 0 },
    right: { kind: 'literal', shape: { type: 'STRING' }, value: 'a' },
  },
  input: { op: 'scan', table: 'libraries/libraries', columns: [column] },
}
const issuer = {
  issuer: 'https://id.example',
  jwks: 'https://id.example/keys',
  audience: 'hub',
  organisations: ['camden'],
  algorithms: ['ES256'],
}
const licence = { id: 'OGL', title: 'Open', url: 'https://licence.example' }
const described = {
  title: 'Libraries',
  licence,
  access: 'SHARED',
  sharedWith: ['a'],
  listing: 'PUBLIC',
  themes: ['a'],
  landingPage: 'https://a.example',
  issued: '2024-05-01',
  files: ['a.csv'],
  columns: { Ward: { title: 'Ward', unit: 'x', semanticType: 'WARD', sensitivity: 'NONE', type: 'STRING' } },
}
const dataset = {
  id: 'libraries',
  title: 'Libraries',
  licence,
  themes: [],
  keywords: [],
  access: 'OPEN',
  sharedWith: [],
  listing: 'PUBLIC',
  distributions: [{ id: 'csv', format: 'csv' }],
  tables: [
    {
      id: 'libraries',
      name: 'Libraries',
      title: 'Libraries',
      columns: [{ ...column, title: 'Ward', nullable: true, sensitivity: 'NONE' }],
    },
  ],
}
const database = {
  url: 'https://x',
  schemas: ['public'],
  defaultAccess: 'OPEN',
  tables: { 'public.a': { access: 'OPEN', columns: { a: { unit: 'x' } } } },
}
const query = {
  from: { members: [{ table: 't', columns: [{ column: 'a', type: 'DATE' }] }], where: { column: 'a', eq: 1 }, as: 'a' },
  joins: [{ table: { table: 't' }, type: 'LEFT', on: [{ left: 'a', right: 'b', normalise: 'UPRN' }] }],
  groupBy: [{ column: 'a', granularity: 'DAY' }],
  measures: [{ function: 'SUM', column: 'a' }],
  orderBy: [{ column: 'a', direction: 'ASC', nulls: 'LAST' }],
  limit: 1,
  offset: 1,
  timeoutMs: 1,
}

/** Everything that people or other programs write for the product, and one that is whole or nearly so. */
const inputs: [string, z.ZodType, unknown][] = [
  [
    'hub.yaml',
    hubConfigSchema,
    {
      name: 'London',
      port: 4000,
      host: '0.0.0.0',
      tls: { cert: 'a', key: 'b' },
      cors: { origins: ['*'] },
      trustedProxies: ['10.0.0.0/8'],
      harvest: { recordsMax: 5 },
      issuers: [issuer],
      spokes: [{ id: 'camden', organisation: { name: 'Camden', gss: 'E09000007' }, connector: 'files', config: {} }],
    },
  ],
  [
    'spoke.yaml',
    spokeConfigSchema,
    {
      id: 'camden',
      hub: { issuer: 'a', jwks: 'b' },
      issuers: [issuer],
      ownerReadsPersonal: true,
      sources: [{ connector: 'files', config: {} }],
    },
  ],
  ['catalogue.yaml', catalogueFileSchema, { datasets: { libraries: described } }],
  ['the input of a query', queryInputSchema, query],
  ['the input of a download', downloadInputSchema, query],
  ...Object.entries(operandSchemas).map(([operator, schema]): [string, z.ZodType, unknown] => [`the operand of ${operator}`, schema, 'a']),
  ['a request for a scan', scanRequestSchema, { relation, rowsMax: 1, bytesMax: 1, timeoutMs: 1 }],
  ['an event of a harvest', catalogueEventSchema, { kind: 'dataset', dataset }],
  ...connectors.map(({ kind, configSchema }): [string, z.ZodType, unknown] => [
    `the config of ${kind}`,
    configSchema as z.ZodType,
    { files: { folder: 'a', defaultAccess: 'OPEN' }, spoke: { url: 'https://a.example' } }[kind] ?? database,
  ]),
]

const wrongs = [undefined, null, true, -1, 1.5, NaN, 1e300, '', 'no such', 'x'.repeat(200_000), [], [[]], {}, { 'no such': 1 }]

/** The value with something wrong in each of its places. */
function* broken(value: unknown): Generator<unknown> {
  yield* wrongs
  if (Array.isArray(value)) {
    for (const [index, entry] of value.entries()) for (const other of broken(entry)) yield value.with(index, other)
  } else if (typeof value === 'object' && value !== null) {
    yield { ...value, 'no such': 1 }
    for (const [key, entry] of Object.entries(value)) for (const other of broken(entry)) yield { ...value, [key]: other }
  }
}

test.each(inputs)('%s: nothing of it is refused in the words of the validator', (_, schema, value) => {
  const messages = new Set<string>()
  for (const other of broken(value)) for (const fault of faultsOf(schema, other)) messages.add(fault.message)
  expect(messages.size).toBeGreaterThan(0)
  expect([...messages].filter((message) => zodsWords.test(message.replaceAll(/is not a number|\/\^.*\$\//g, '')))).toEqual([])
  for (const message of messages)
    expect(message).toMatch(/^(is|has|must|holds|begins|lets|needs|says|names|takes|two|stands|may|ends|cannot|'\S+'|does) /)
})

import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import {
  buildSchema,
  type GraphQLField,
  type GraphQLObjectType,
  isEnumType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readDocuments } from '../../src/search/documents.js'
import { startTestHub, type TestHub } from '../support/dials.js'
import { issuersYaml, startIssuer, type TestIssuer } from '../support/issuer.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, type Workspace } from '../support/workspace.js'

// Each file is guessable: all but one short value of it is known. Its length is a number that nothing else has.
const known = (bytes: number) => `${'A note that everybody knows. '.repeat(500).slice(0, bytes)}`
const files = {
  /** Closed, of one row: a code of four digits. */
  codes: (guess: string) => `Code,Note\n${guess},${known(3311)}\n`,
  /** Closed, of many rows: how many of them is what nobody may know. */
  many: (guess: string) => `Code,Note\n${`${guess},x\n`.repeat(4813)}`,
  grades: (guess: string) => `Code,Note\n${guess},${known(5521)}\n`,
  births: (guess: string) => `Ward,Born,Note\nKilburn,${guess},${known(6143)}\n`,
}
type Name = keyof typeof files
const truth: Record<Name, string> = { codes: '4711', many: '0815', grades: '0042', births: '1987-03-04' }
const codes = Array.from({ length: 10_000 }, (_, code) => String(code).padStart(4, '0'))
const days = Array.from({ length: 3653 }, (_, day) => new Date(Date.UTC(1980, 0, 1 + day)).toISOString().slice(0, 10))
const guesses: Record<Name, readonly string[]> = { codes, many: codes.slice(800, 830), grades: codes, births: days }

/** How many datasets of each spoke are listed to its parties only. No answer has these numbers otherwise, nor with the listed ones added. */
const hidden = { camden: 83, hackney: 97 }
const listedOfSpoke = Object.keys(files).length + 1
type SpokeId = keyof typeof hidden
const hiddenNames = (spoke: SpokeId) => Array.from({ length: hidden[spoke] }, (_, at) => `register-of-${spoke}-${at}`)

const catalogueOf = (spoke: SpokeId) => `datasets:
  codes: { access: CLOSED, listing: PUBLIC }
  many: { access: CLOSED, listing: PUBLIC }
  grades: { access: SHARED, sharedWith: [borough-of-barnet], listing: PUBLIC }
  births: { access: OPEN, columns: { Born: { sensitivity: PERSONAL } } }
${hiddenNames(spoke)
  .map((name) => `  ${name}: { access: CLOSED, listing: PARTIES }`)
  .join('\n')}
`

let issuer: TestIssuer
let workspace: Workspace
let database: FreshDatabase
let hub: TestHub
const start = () => startTestHub(workspace.hubYaml, { dataFolder: workspace.path('data'), env: { DATABASE_URL: database.url } })
beforeAll(async () => {
  issuer = await startIssuer({ organisations: ['borough-of-barnet', 'borough-of-lambeth', 'borough-of-camden'] })
  const issuers = issuersYaml(issuer)
  const contents = Object.entries(files).map(([name, write]) => [`${name}.csv`, write(truth[name as Name])] as const)
  workspace = await openWorkspace({
    // A spoke process, and a folder that the hub reads itself.
    'hub.yaml': `${hubYaml({ camden: childSpoke('camden'), hackney: ['files', '{ folder: ./hackney/data, defaultAccess: OPEN }'] })}${issuers}`,
    'camden/spoke.yaml': spokeYaml('camden'),
    ...Object.fromEntries(
      (['camden', 'hackney'] as const).flatMap((id) => [
        [`${id}/data/catalogue.yaml`, catalogueOf(id)],
        ...hiddenNames(id).map((name) => [`${id}/data/${name}.csv`, 'n\n1\n'] as const),
        [`${id}/data/plain.csv`, `Code,Note\n0007,${known(7321)}\n`],
        ...contents.map(([name, text]) => [`${id}/data/${name}`, text]),
      ]),
    ),
  })
  database = await freshDatabase()
  hub = await start()
  await hub.harvested('camden', 'hackney')
})
afterAll(async () => {
  await hub.stop()
  await issuer.close()
  await database.drop()
  await workspace.remove()
})

const digests = (text: string) =>
  ['sha256', 'sha1', 'md5', 'sha512'].flatMap((algorithm) =>
    (['hex', 'base64', 'base64url'] as const).map((encoding) => createHash(algorithm).update(text).digest(encoding).toLowerCase()),
  )

/** What each string or number would tell of a file. */
async function shadowsOf(names: readonly Name[]): Promise<Record<'numbers' | 'smallNumbers', Map<number, string>> & { texts: Map<string, string> }> {
  const texts = new Map<string, string>()
  const numbers = new Map<number, string>()
  /** Those that random ids and times hold too: they count only where they stand alone. */
  const smallNumbers = new Map<number, string>()
  for (const name of names) {
    for (const guess of guesses[name]) for (const digest of digests(files[name](guess))) texts.set(digest, `${name}: ${guess}`)
    numbers.set(Buffer.byteLength(files[name](truth[name])), `${name}: its size`)
  }
  if (names.includes('many')) numbers.set(4813, 'many: its rows')
  for (const key of await copyKeys()) texts.set(key, 'the key of a copy')
  for (const [spoke, count] of Object.entries(hidden)) {
    for (const name of hiddenNames(spoke as SpokeId)) texts.set(name, `${spoke}: names of hidden datasets`)
    for (const number of [count, count + listedOfSpoke]) smallNumbers.set(number, `${spoke}: how many are hidden`)
  }
  return { texts, numbers, smallNumbers }
}

/** The keys of all copies, which are digests of the files' contents. */
async function copyKeys(): Promise<string[]> {
  const folder = workspace.path('data')
  const held = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('harvested.json'))
  const texts = await Promise.all(held.map((name) => readFile(join(folder, name), 'utf8')))
  return texts.flatMap((text) => Object.values(JSON.parse(text) as Record<string, { key: string }>).map(({ key }) => key))
}

const schema = buildSchema(await readFile('graphql/schema.graphql', 'utf8'))

const ids = ['camden', 'hackney'].flatMap((spoke) => Object.keys(files).map((name) => `${spoke}/${name}`))
const inputs = ids.flatMap((id) => [
  `{ from: { table: "${id}/${id.split('/')[1]}" } }`,
  `{ from: { table: "${id}/${id.split('/')[1]}" }, measures: [{ function: COUNT }] }`,
])
/** The arguments of fields that need some, each of which is asked on its own. */
const given: Record<string, readonly string[]> = {
  'Query.node': ids.flatMap((id) => [`(id: "${id}")`, `(id: "${id}/${id.split('/')[1]}")`]),
  'Query.agreements': ['(first: 5)'],
  'Query.agreement': ['(id: "5f3b8d3e-6a43-4a52-9d0c-3f6f4a2f6f10")'],
  'Query.dataset': ids.map((id) => `(id: "${id}")`),
  'Query.table': ids.map((id) => `(id: "${id}/${id.split('/')[1]}")`),
  'Query.spoke': ['(id: "camden")', '(id: "hackney")'],
  'Query.query': inputs.map((input) => `(input: ${input})`),
  'Query.explain': inputs.map((input) => `(input: ${input})`),
  'Query.datasets': ['(first: 8, filter: { spokes: ["camden"] })', '(first: 8, filter: { spokes: ["hackney"] })'],
  'Spoke.datasets': ['(first: 8)'],
  'HarvestRun.problems': ['(first: 5)'],
  'Query.search': ['(facets: [SPOKE, ORGANISATION, THEME, KEYWORD, FORMAT, LICENCE, ACCESS, SEMANTIC_TYPE], first: 8)', '(text: "4813", first: 8)', '(text: "grades births", first: 8)'],
  'Table.groups': ['(by: [{ column: "Note" }], measures: [{ function: COUNT }])'],
}
/** Fields that are asked of one thing alone, not of each in a list: an answer would hold too much. */
const costly = ['Table.rows', 'Table.groups', 'Spoke.datasets', 'Table.access', 'TableAccess.agreements']

/** Every field of a type, and of what it leads to, no type twice on the way. */
function selection(type: GraphQLObjectType, above: readonly string[], inList: boolean): string {
  const fields = Object.values(type.getFields()).flatMap((field) => fieldText(type, field, above, inList))
  return `{ ${fields.join(' ')} }`
}

function fieldText(parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>, above: readonly string[], inList: boolean): string[] {
  let type = field.type
  let isList = inList
  while (isNonNullType(type) || isListType(type)) {
    isList ||= isListType(type)
    type = type.ofType
  }
  if (inList && costly.includes(`${parent.name}.${field.name}`)) return []
  const called = `${field.name}${given[`${parent.name}.${field.name}`]?.[0] ?? ''}`
  // What stands behind an interface is walked by its own fields.
  if (isInterfaceType(type)) return [`${called} { __typename ${Object.keys(type.getFields()).join(' ')} }`]
  if (!isObjectType(type)) return [called]
  if (above.includes(type.name)) return isEnumType(type) ? [called] : []
  return [`${called} ${selection(type, [...above, type.name], isList)}`]
}

/** One operation for each field of Query and each of its arguments. */
const operations = Object.values(schema.getQueryType()?.getFields() ?? {}).flatMap((field) =>
  (given[`Query.${field.name}`] ?? ['']).map((args) => {
    const [text = ''] = fieldText(schema.getQueryType() as GraphQLObjectType, { ...field, name: field.name }, [], false)
    const first = given[`Query.${field.name}`]?.[0] ?? ''
    return `{ ${field.name}${args}${text.slice(field.name.length + first.length)} }`
  }),
)

/** What of an answer is drawn by chance, and may hold any number. */
const byChance = ['elapsedMs', 'transaction']

/** All strings and numbers of an answer, but for those. */
function* leaves(value: unknown): Generator<string | number> {
  if (typeof value === 'string' || typeof value === 'number') yield value
  else if (typeof value === 'object' && value !== null)
    for (const [key, one] of Object.entries(value)) if (!byChance.includes(key)) yield* leaves(one)
}

async function walk(organisation: string | undefined): Promise<(string | number)[]> {
  const headers = organisation === undefined ? {} : { authorization: `Bearer ${await issuer.token({ organisation })}` }
  const all: (string | number)[] = []
  for (const operation of operations) {
    const { data, errors = [] } = await hub.ask(operation, {}, headers)
    for (const { message, extensions } of errors)
      expect(['FORBIDDEN', 'UNAUTHENTICATED', 'AGREEMENT_REQUIRED', 'UNKNOWN_COLUMN'], `${message} ${operation}`).toContain(extensions.code)
    all.push(...leaves(data), ...leaves(errors))
  }
  return all
}

async function told(organisation: string | undefined, names: readonly Name[]): Promise<string[]> {
  const { texts, numbers, smallNumbers } = await shadowsOf(names)
  const answers = await walk(organisation)
  return answers.flatMap((answer) => {
    if (typeof answer === 'number') return numbers.get(answer) ?? smallNumbers.get(answer) ?? []
    const words = answer.toLowerCase().match(/[\w+/=-]{16,}/g) ?? []
    const counts = (answer.match(/\d[\d,]*/g) ?? []).map((digits) => Number(digits.replaceAll(',', '')))
    const alone = (answer.match(/(?<![\w.:-])\d+(?![\w:-])/g) ?? []).map(Number)
    return [
      ...words.flatMap((word) => texts.get(word) ?? []),
      ...counts.flatMap((count) => numbers.get(count) ?? []),
      ...alone.flatMap((count) => smallNumbers.get(count) ?? []),
    ]
  })
}

describe('no field of the graph tells by its shadow what a viewer may not read', () => {
  const all: readonly Name[] = ['codes', 'many', 'grades', 'births']
  test.each([
    ['anybody', undefined, all],
    ['another organisation', 'borough-of-lambeth', all],
    ['the organisation that one of them is shared with', 'borough-of-barnet', ['codes', 'many', 'births'] as const],
  ])('to %s who tries all days and codes', async (_who, organisation, names) => {
    expect(await told(organisation, names)).toEqual([])
  })

  test('and the walk would see it: the organisation of the shared table is told of it', async () => {
    expect([...new Set(await told('borough-of-barnet', ['grades']))].sort()).toEqual(['grades: 0042', 'grades: its size'])
  })

  test('nor are hidden datasets counted to strangers; the walk would see it, for their own organisation is told', async () => {
    const of = async (organisation: string) => [...new Set(await told(organisation, []))].sort()
    expect(await of('borough-of-lambeth')).toEqual([])
    expect(await of('borough-of-camden')).toEqual(['camden: how many are hidden', 'camden: names of hidden datasets'])
  })

  test('nor does a version: it is keyed, and stays over a restart, so that atVersion still works', async () => {
    const versionOf = async (spoke: string, more = '') =>
      (await hub.ask<{ query: { version: string } | null }>(`{ query(input: { from: { table: "${spoke}/births/births" } ${more} }) { version } }`)).data
        ?.query?.version
    const before = await Promise.all(['camden', 'hackney'].map((spoke) => versionOf(spoke)))
    const keys = await copyKeys()
    for (const [at, spoke] of ['camden', 'hackney'].entries())
      for (const key of keys) {
        const table = `${spoke}/births/births`
        expect(createHash('sha256').update(`${table} ${key}`).digest('base64url').slice(0, 22)).not.toBe(before[at])
      }
    await hub.stop()
    hub = await start()
    await hub.harvested('camden', 'hackney')
    expect(await Promise.all(['camden', 'hackney'].map((spoke) => versionOf(spoke, `, atVersion: "${before[spoke === 'camden' ? 0 : 1]}"`)))).toEqual(
      before,
    )
    const secrets = (await readdir(workspace.path('data'), { recursive: true })).filter((name) => name.endsWith('.version-key'))
    expect(secrets).toHaveLength(2)
    for (const name of secrets) expect((await stat(workspace.path(join('data', name)))).mode & 0o777).toBe(0o600)
  })

  test('a wholly open table keeps its checksum, size and rows', async () => {
    const { data } = await hub.ask('{ dataset(id: "camden/plain") { distributions { byteSize checksum } tables { rowCount } } }')
    const text = `Code,Note\n0007,${known(7321)}\n`
    expect(data).toEqual({
      dataset: {
        distributions: [{ byteSize: Buffer.byteLength(text), checksum: createHash('sha256').update(text).digest('hex') }],
        tables: [{ rowCount: 1 }],
      },
    })
  })

  test('nor does the digest by which a search index knows a document: it is not made of the content', async () => {
    const { knex } = database
    const digestsNow = async () => (await readDocuments(knex, ids)).map(({ id, digest }) => `${id} ${digest}`).sort()
    const before = await digestsNow()
    expect(before).toHaveLength(8)
    const hashes = (await knex('datasets').select('id', 'hash')) as { id: string; hash: string }[]
    await knex('datasets').update({ hash: 'another' })
    expect(await digestsNow()).toEqual(before)
    for (const { id, hash } of hashes) await knex('datasets').where({ id }).update({ hash })
  })
})

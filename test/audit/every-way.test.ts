import { buildSchema, printSchema } from 'graphql'
import { getNamedType, isObjectType } from 'graphql'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { auditedFields, enforceAudit } from '../../src/api/access/audited.js'
import { directivesSdl } from '../../src/api/access/directives.js'
import { createSchema } from '../../src/api/schema.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, type Workspace } from '../support/workspace.js'
import { type FreshDatabase, freshDatabase } from '../support/postgres.js'
import { startTestHub, type TestHub } from '../support/dials.js'

describe('the schema', () => {
  it('records every field that gives data, and says so', async () => {
    const schema = await createSchema()
    expect(auditedFields(schema).sort()).toEqual(['Query.explain', 'Query.query', 'Table.groups', 'Table.rows'])
    // Whatever has rows, groups or plans of sources is one of these types; a new one has to be thought of here.
    const holders = Object.values(schema.getTypeMap())
      .filter(isObjectType)
      .flatMap((type) => Object.values(type.getFields()).filter((field) => ['ResultSet', 'Plan'].includes(getNamedType(field.type).name)))
    expect(holders).toHaveLength(4)
    expect(printSchema(schema)).toContain('receipt: Receipt')
  })

  it('with a field that gives data unrecorded starts no hub', () => {
    const sdl = (field: string) =>
      `${directivesSdl} type Query { ${field} } type Rows @audit @public { receipt: String } interface Any @public { receipt: String } type More implements Any @audit @public { receipt: String }`
    expect(() => enforceAudit(buildSchema(sdl('rows: [Rows!]! @public')))).toThrow('Query.rows gives data and is not recorded')
    expect(() => enforceAudit(buildSchema(sdl('any: Any @public')))).toThrow('Query.any gives data and is not recorded')
    expect(() => enforceAudit(buildSchema(sdl('rows: Rows @public @audit')))).not.toThrow()
  })
})

describe('every way to rows', () => {
  let workspace: Workspace
  let database: FreshDatabase
  let hub: TestHub
  beforeAll(async () => {
    workspace = await openWorkspace({
      'hub.yaml': hubYaml({ camden: childSpoke('camden') }),
      'camden/spoke.yaml': spokeYaml('camden'),
      'camden/data/libraries.csv': 'Name,Visits\nKilburn,3\nHolborn,4\n',
    })
    database = await freshDatabase()
    hub = await startTestHub(workspace.hubYaml, { env: { DATABASE_URL: database.url } })
    await hub.harvested('camden')
  })
  afterAll(async () => {
    await hub.stop()
    await database.drop()
    await workspace.remove()
  })

  const intents = async () =>
    (await database.knex('audit_leaves').where({ phase: 'INTENT', part: 'DISCLOSER' }).orderBy('index').pluck('transaction')) as string[]
  const table = 'camden/libraries/libraries'
  const graph = async (query: string) => {
    const { errors } = await hub.ask(query)
    expect(errors).toBeUndefined()
  }
  const get = (path: string, init?: RequestInit) => async () => {
    const response = await fetch(`${hub.url}${path}`, init)
    await response.arrayBuffer()
    expect(response.status).toBe(200)
    expect(response.headers.get('dials-receipt')).toMatch(/^[A-Za-z0-9+/=]+$/)
  }
  const input = JSON.stringify({ from: { table } })

  it.each<[string, () => Promise<void>, number]>([
    ['query', () => graph(`{ query(input: { from: { table: "${table}" } }) { rows receipt { proof } } }`), 1],
    [
      'two queries of one operation',
      () =>
        graph(
          `{ a: query(input: { from: { table: "${table}" } }) { rowCount } b: query(input: { from: { table: "${table}" } }) { rowCount } }`,
        ),
      2,
    ],
    [
      'Table.rows and Table.groups',
      () => graph(`{ table(id: "${table}") { rows { rowCount } groups(by: [], measures: [{ function: COUNT }]) { rows } } }`),
      2,
    ],
    ['rows of all tables of a page', () => graph('{ datasets { nodes { tables { rows(limit: 1) { records } } } } }'), 1],
    ['node', () => graph('{ datasets { nodes { id tables { id } } } }'), 0],
    ['explain', () => graph(`{ explain(input: { from: { table: "${table}" } }) { text receipt { proof } } }`), 1],
    ['POST /query', get('/query?format=csv', { method: 'POST', headers: { 'content-type': 'application/json' }, body: input }), 1],
    ['GET /query as NDJSON', get(`/query?input=${encodeURIComponent(input)}&format=ndjson`), 1],
    ['GET /tables as xlsx', get(`/tables/${table}.xlsx`), 1],
    ['GET /tables as Arrow', get(`/tables/${table}.arrow`), 1],
    ['GET /tables as Parquet', get(`/tables/${table}.parquet`), 1],
    // The burst of requests that a tool makes is one transaction.
    [
      'the same Parquet file again, and ranges of it',
      async () => {
        await get(`/tables/${table}.parquet`)()
        const range = await fetch(`${hub.url}/tables/${table}.parquet`, { headers: { range: 'bytes=-8' } })
        expect([range.status, (await range.arrayBuffer()).byteLength]).toEqual([206, 8])
      },
      0,
    ],
    [
      'the page of a dataset',
      async () => {
        expect((await fetch(`${hub.url}/datasets/camden/libraries`)).status).toBe(200)
      },
      0,
    ],
  ])('%s is recorded once for each transaction', async (_name, ask, times) => {
    const before = (await intents()).length
    await ask()
    expect(new Set((await intents()).slice(before)).size).toBe(times)
  })
})

import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestHub, type TestHub } from '../support/dials.js'
import { issuersYaml, startIssuer, type TestIssuer } from '../support/issuer.js'
import { type FreshDatabase, freshDatabase } from '../support/postgres.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, type Workspace } from '../support/workspace.js'

let workspace: Workspace
let issuer: TestIssuer
let database: FreshDatabase
let hub: TestHub
beforeAll(async () => {
  issuer = await startIssuer({ organisations: ['borough-of-camden'] })
  workspace = await openWorkspace({
    'hub.yaml': `audit: { anonymousOpenReads: COUNTED }\n${hubYaml({ camden: childSpoke('camden') })}${issuersYaml(issuer)}`,
    'camden/spoke.yaml': spokeYaml('camden'),
    'camden/data/libraries.csv': 'Name,Visits\nKilburn,3\n',
    'camden/data/shared.csv': 'Name\nBox\n',
    'camden/data/catalogue.yaml': 'datasets:\n  shared: { access: SHARED, sharedWith: [borough-of-camden], listing: PUBLIC }\n',
  })
  database = await freshDatabase()
  hub = await startTestHub(workspace.hubYaml, { env: { DATABASE_URL: database.url } })
  await hub.harvested('camden')
})
afterAll(async () => {
  await issuer.close()
  await database.drop()
  await workspace.remove()
})

it('anonymous reads of open data are counted for each table and hour, and everything else is recorded one by one', async () => {
  const ask = async (table: string, headers: Record<string, string> = {}) => {
    const { data } = await hub.ask<{ query: { rowCount: number; receipt: unknown } | null }>(
      `{ query(input: { from: { table: "camden/${table}/${table}" } }) { rowCount receipt { leafIndex } } }`,
      {},
      headers,
    )
    return data?.query
  }
  for (let at = 0; at < 3; at++) expect(await ask('libraries')).toEqual({ rowCount: 1, receipt: null })
  const token = { authorization: `Bearer ${await issuer.token({ organisation: 'borough-of-camden' })}` }
  for (const table of ['libraries', 'shared'])
    expect(await ask(table, token)).toMatchObject({ rowCount: 1, receipt: { leafIndex: expect.any(Number) } })
  expect(await ask('shared')).toBeNull()
  expect(await hub.stop()).toBe(0)
  const bodies = (await database.knex('audit_leaves').whereNot({ phase: 'ADMIN' }).orderBy('index').pluck('body')) as string[]
  const entries = bodies.map((body) => JSON.parse(body) as { kind: string; phase: string; tables: { table: string }[]; reasons: string[] })
  const counted = entries.filter(({ kind }) => kind === 'counted')
  expect(counted).toHaveLength(1)
  expect(counted[0]).toMatchObject({ phase: 'OUTCOME', tables: [{ table: 'camden/libraries/libraries', columns: [] }] })
  expect(counted[0]?.reasons).toEqual([
    expect.stringMatching(/^3 reads without a token in the hour from \d{4}-\d\d-\d\dT\d\d:00:00\.000Z\.$/),
  ])
  expect(entries.filter(({ phase }) => phase === 'INTENT')).toHaveLength(4)
  expect(entries.filter(({ phase }) => phase === 'DENY').length).toBeGreaterThan(0)
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestHub, type TestHub } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, type Workspace } from '../support/workspace.js'

let workspace: Workspace
let catalogue: FreshDatabase
let camden: FreshDatabase
let hub: TestHub

beforeAll(async () => {
  catalogue = await freshDatabase()
  camden = await freshDatabase({ migrated: false })
  await camden.knex.raw(`
    CREATE TABLE wards (code text PRIMARY KEY);
    CREATE TABLE closed_wards (code text PRIMARY KEY);
    CREATE TABLE libraries (name text PRIMARY KEY, postcode text, visits int, opened date, ward text REFERENCES wards, closed_ward text REFERENCES closed_wards);
    INSERT INTO libraries VALUES ('Kilburn', 'NW6 5UH', 100, '1894-01-30'), ('Holborn', 'WC1X 8PA', 250, '1960-07-01');
    CREATE TABLE tenants AS SELECT 'Ann Other' AS tenant_name, n AS flat FROM generate_series(1, 20) AS n;
    COMMENT ON TABLE libraries IS 'Public libraries.'`)
  workspace = await openWorkspace({
    'hub.yaml': hubYaml({
      camden: childSpoke('camden'),
      straight: ['postgres', '{ url: "${CAMDEN_DATABASE}", schemas: [public], tables: [libraries], defaultAccess: OPEN }'],
      barnet: childSpoke('barnet'),
    }),
    'camden/spoke.yaml':
      'id: camden\nsources:\n  - connector: postgres\n    config: { url: "${CAMDEN_DATABASE}", schemas: [public], defaultAccess: OPEN, datasets: { public.closed_wards: { access: CLOSED } } }\n',
    'barnet/spoke.yaml': spokeYaml('barnet'),
    'barnet/data/libraries.csv': 'name,postcode,visits\nHendon,NW4 4BQ,70\n',
  })
  hub = await startTestHub(workspace.hubYaml, {
    dataFolder: workspace.path('data'),
    env: { DATABASE_URL: catalogue.url, CAMDEN_DATABASE: await camden.reader() },
  })
  await hub.harvested('camden', 'straight', 'barnet')
})
afterAll(async () => {
  expect(await hub.stop()).toBe(0)
  await Promise.all([catalogue.drop(), camden.drop()])
  await workspace.remove()
})

describe('a borough whose data lies in PostgreSQL', () => {
  it('is in the catalogue, and answers together with a folder of files', async () => {
    const { data, errors } = await hub.ask<{ query: { rows: unknown[]; complete: boolean; sources: object[] } }>(
      `query ($input: QueryInput!) { query(input: $input) { rows complete sources { spoke status pushedDown } } }`,
      {
        input: {
          from: { union: ['camden/libraries/libraries', 'barnet/libraries/libraries'] },
          groupBy: [{ column: '_spoke' }],
          measures: [{ function: 'SUM', column: 'visits' }],
          orderBy: [{ column: '_spoke' }],
        },
      },
    )
    expect(errors).toBeUndefined()
    expect(data?.query.rows).toEqual([
      ['barnet', '70'],
      ['camden', '350'],
    ])
    expect(data?.query.sources).toEqual(expect.arrayContaining([{ spoke: 'camden', status: 'OK', pushedDown: ['PROJECT', 'AGGREGATE'] }]))
  })

  it('has its keys in the graph, but none to a table that the viewer may not see', async () => {
    const { data } = await hub.ask(
      '{ table(id: "camden/libraries/libraries") { primaryKey foreignKeys { columns references table { id primaryKey } } } }',
    )
    expect(data).toEqual({
      table: {
        primaryKey: ['name'],
        foreignKeys: [{ columns: ['ward'], references: ['code'], table: { id: 'camden/wards/wards', primaryKey: ['code'] } }],
      },
    })
  })

  it('is reached straight by the hub too, which explains the SQL that it runs', async () => {
    const input = {
      from: { table: 'straight/libraries/libraries' },
      select: [{ column: 'name' }],
      where: { column: 'opened', lt: '1950-01-01' },
      orderBy: [{ column: 'name' }],
    }
    const answer = await hub.ask<{ query: { rows: unknown[] } }>('query ($input: QueryInput!) { query(input: $input) { rows } }', { input })
    expect(answer).toEqual({ data: { query: { rows: [['Kilburn']] } } })
    const { data } = await hub.ask<{ explain: { fragments: { native: string }[] } }>(
      'query ($input: QueryInput!) { explain(input: $input) { fragments { native } } }',
      { input },
    )
    expect(data?.explain.fragments[0]?.native).toMatch(
      /^COPY \([\s\S]*FROM "public"\."libraries" AS t[\s\S]*CAST\('1950-01-01' AS date\)[\s\S]*\) TO STDOUT \(FORMAT binary\)$/,
    )
  })

  it('gives no column that points to a person', async () => {
    const input = { from: { table: 'camden/tenants/tenants' }, select: [{ column: 'tenant_name' }] }
    const { errors } = await hub.ask('query ($input: QueryInput!) { query(input: $input) { rows } }', { input })
    expect(errors?.[0]?.extensions.code).toMatch(/FORBIDDEN|AGREEMENT_REQUIRED|UNKNOWN_COLUMN/)
  })

  it('tells no password, in its log or its errors', () => {
    expect(hub.output()).not.toContain(new URL(camden.url).password || 'no password')
  })
})

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestHub, type TestHub } from '../support/dials.js'
import { issuersYaml, startIssuer, type TestIssuer } from '../support/issuer.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, type Workspace } from '../support/workspace.js'

/** Datasets of Camden and Brent that are their own: closed and unlisted, and open with a personal column. */
const own =
  '  members: { access: CLOSED, columns: { Email: { sensitivity: PERSONAL } } }\n  empty: { access: CLOSED }\n  listed: { access: CLOSED, listing: PUBLIC }\n  visits: { access: OPEN, columns: { Email: { sensitivity: PERSONAL } } }\n'
const shared = 'datasets:\n  libraries:\n    access: SHARED\n    sharedWith: [borough-of-barnet]\n    listing: PUBLIC\n'
let issuer: TestIssuer
/** An issuer of the hub, which may speak for Barnet alone. */
let stranger: TestIssuer
let workspace: Workspace
let database: FreshDatabase
let hub: TestHub
beforeAll(async () => {
  issuer = await startIssuer({ organisations: ['borough-of-camden', 'borough-of-barnet', 'borough-of-lambeth', 'borough-of-brent'] })
  stranger = await startIssuer({ organisations: ['borough-of-barnet'] })
  const members = 'Ward,Email\nKilburn,a@example.org\nHolborn,b@example.org\nHolborn,c@example.org\n'
  const data = 'Name,Postcode\nKilburn,NW6 5UH\nHolborn,WC1X 8PA\n'
  workspace = await openWorkspace({
    'hub.yaml': `${hubYaml({ camden: childSpoke('camden'), lambeth: childSpoke('lambeth'), brent: childSpoke('brent') })}${issuersYaml(issuer)}${issuersYaml(stranger).replace('issuers:\n', '')}`,
    'camden/spoke.yaml': spokeYaml('camden', 'ownerReadsPersonal: true\n'),
    // This spoke says that it is another organisation's than the hub does.
    'brent/spoke.yaml': spokeYaml('brent', 'organisation: borough-of-brentford\n'),
    ...Object.fromEntries(
      ['camden', 'brent'].flatMap((id) => [
        [`${id}/data/members.csv`, members],
        [`${id}/data/visits.csv`, members],
        [`${id}/data/empty.csv`, 'Ward,Email\n'],
        [`${id}/data/listed.csv`, 'Other\n1\n'],
      ]),
    ),
    // This spoke trusts the issuer only for itself, whatever the hub trusts.
    'lambeth/spoke.yaml': spokeYaml('lambeth', issuersYaml(issuer, ['borough-of-lambeth'])),
    ...Object.fromEntries(
      ['camden', 'lambeth'].flatMap((id) => [
        [`${id}/data/libraries.csv`, data],
        [`${id}/data/open.csv`, data],
        [`${id}/data/catalogue.yaml`, id === 'camden' ? shared + own : shared],
      ]),
    ),
    'brent/data/catalogue.yaml': `datasets:\n${own}`,
  })
  database = await freshDatabase()
  hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('data'), env: { DATABASE_URL: database.url } })
  await hub.harvested('camden', 'lambeth', 'brent')
})
afterAll(async () => {
  await hub.stop()
  await issuer.close()
  await stranger.close()
  await database.drop()
  await workspace.remove()
})

const rowsOf = async (table: string, organisation?: string) => {
  const headers = organisation === undefined ? {} : { authorization: `Bearer ${await issuer.token({ organisation })}` }
  const { data, errors } = await hub.ask<{ query: { rowCount: number } | null }>(
    `{ query(input: { from: { table: "${table}" } }) { rowCount } }`,
    {},
    headers,
  )
  return data?.query?.rowCount ?? errors?.[0]?.extensions.code
}

describe('a table that is shared with one organisation', () => {
  test('answers a token of that organisation, and nobody else', async () => {
    expect(await rowsOf('camden/libraries/libraries', 'borough-of-barnet')).toBe(2)
    expect(await rowsOf('camden/libraries/libraries', 'borough-of-lambeth')).toBe('FORBIDDEN')
    expect(await rowsOf('camden/libraries/libraries')).toBe('UNAUTHENTICATED')
  })

  test('is decided again at the spoke, by the issuers that it pins', async () => {
    expect(await rowsOf('lambeth/libraries/libraries', 'borough-of-barnet')).toBe('FORBIDDEN')
    expect(await rowsOf('lambeth/open/open', 'borough-of-barnet')).toBe(2)
  })

  test('refused a hundred times at its spoke does not stop that spoke for others', async () => {
    for (let times = 0; times < 10; times++) {
      const refused = await Promise.all(Array.from({ length: 10 }, () => rowsOf('lambeth/libraries/libraries', 'borough-of-barnet')))
      expect(new Set(refused)).toEqual(new Set(['FORBIDDEN']))
    }
    expect(await rowsOf('lambeth/open/open')).toBe(2)
  })

  test('can be in a union with an open one, and only the spoke that has to know learns who asks', async () => {
    const headers = { authorization: `Bearer ${await issuer.token({ organisation: 'borough-of-barnet' })}` }
    const query =
      '{ query(input: { from: { union: ["camden/libraries/libraries", "lambeth/open/open"] } }) { rowCount sources { spoke status } } }'
    expect((await hub.ask(query, {}, headers)).data).toEqual({
      query: {
        rowCount: 4,
        sources: [
          { spoke: 'camden', status: 'OK' },
          { spoke: 'lambeth', status: 'OK' },
        ],
      },
    })
  })
})

describe('an organisation’s own data', () => {
  const ofCamden = ['camden/members/members', 'camden/libraries/libraries', 'camden/visits/visits']
  const bearer = async (organisation: string, from = issuer) => ({ authorization: `Bearer ${await from.token({ organisation })}` })
  const emails = async (table: string, headers: Record<string, string>) => {
    const { data, errors } = await hub.ask<{ query: { rows: string[][] } | null }>(
      `{ query(input: { from: { table: "${table}" }, select: [{ column: "Email" }], orderBy: [{ column: "Email" }] }) { rows } }`,
      {},
      headers,
    )
    return data?.query?.rows.flat() ?? errors?.[0]?.extensions.code
  }

  test('opens to its token, closed and shared alike, with personal columns where its spoke says so', async () => {
    expect(await Promise.all(ofCamden.map((table) => rowsOf(table, 'borough-of-camden')))).toEqual([3, 2, 3])
    const camden = await bearer('borough-of-camden')
    for (const table of ['camden/members/members', 'camden/visits/visits'])
      expect(await emails(table, camden)).toEqual(['a@example.org', 'b@example.org', 'c@example.org'])
    expect(await rowsOf('lambeth/libraries/libraries', 'borough-of-lambeth')).toBe(2)
  })

  test('does not exist for others where it is unlisted, in a query, in the catalogue and in a search', async () => {
    const { data } = await hub.ask(
      '{ dataset(id: "camden/members") { id } search(text: "members") { totalCount } }',
      {},
      await bearer('borough-of-barnet'),
    )
    expect(data).toEqual({ dataset: null, search: { totalCount: 0 } })
    for (const organisation of [undefined, 'borough-of-barnet', 'borough-of-lambeth'])
      expect(await rowsOf('camden/members/members', organisation)).toBe('UNKNOWN_TABLE')
  })

  test('keeps its personal columns from every other viewer of an open table', async () => {
    for (const headers of [{}, await bearer('borough-of-barnet'), await bearer('borough-of-barnet', stranger)])
      expect(await emails('camden/visits/visits', headers)).toBe('FORBIDDEN')
  })

  test('is not opened by a token of an issuer that may not speak for it', async () => {
    expect(await emails('camden/visits/visits', await bearer('borough-of-camden', stranger))).toBe('UNAUTHENTICATED')
  })

  test('is the spoke’s to decide: where spoke.yaml names another organisation than hub.yaml, it stays closed, and says how to mend that', async () => {
    const { errors } = await hub.ask(
      '{ query(input: { from: { table: "brent/members/members" } }) { rows } }',
      {},
      await bearer('borough-of-brent'),
    )
    expect(errors?.[0]?.extensions.code).toBe('AGREEMENT_REQUIRED')
    expect(errors?.[0]?.message).toMatch(/operator has to name your organisation in spoke\.yaml/)
    expect(await emails('brent/visits/visits', await bearer('borough-of-brent'))).toBe('FORBIDDEN')
  })

  test('has its rows counted by its spoke for its own organisation, and for nobody else', async () => {
    const query =
      '{ members: table(id: "camden/members/members") { rowCount } empty: table(id: "camden/empty/empty") { rowCount } datasets(filter: { spokes: ["camden"] }) { nodes { tables { id rowCount } } } }'
    const { data, errors } = await hub.ask<{ datasets: { nodes: { tables: { id: string; rowCount: number }[] }[] } }>(
      query,
      {},
      await bearer('borough-of-camden'),
    )
    expect([errors, data]).toMatchObject([undefined, { members: { rowCount: 3 }, empty: { rowCount: 0 } }])
    const counts = Object.fromEntries(
      (data?.datasets.nodes ?? []).flatMap(({ tables }) => tables.map(({ id, rowCount }) => [id, rowCount])),
    )
    expect(counts).toMatchObject({ 'camden/members/members': 3, 'camden/empty/empty': 0, 'camden/visits/visits': 3 })
    for (const headers of [{}, await bearer('borough-of-barnet'), await bearer('borough-of-lambeth')])
      expect((await hub.ask('{ table(id: "camden/listed/listed") { rowCount } }', {}, headers)).data).toEqual({ table: { rowCount: null } })
    // The catalogue, which every part of the hub reads, never holds one.
    expect(await database.knex('tables').whereIn('id', ['camden/members/members', 'camden/listed/listed']).pluck('row_count')).toEqual([
      null,
      null,
    ])
  })

  test('has no count where its spoke refuses', async () => {
    const { data, errors } = await hub.ask('{ table(id: "brent/members/members") { rowCount } }', {}, await bearer('borough-of-brent'))
    expect([data, errors]).toEqual([{ table: { rowCount: null } }, undefined])
  })

  test('is kept by nobody on the way, as an answer and as a download', async () => {
    const camden = await bearer('borough-of-camden')
    const query = new URLSearchParams({
      query: '{ query(input: { from: { table: "camden/visits/visits" }, select: [{ column: "Email" }] }) { rows } }',
    })
    const input = new URLSearchParams({ input: '{"from":{"table":"camden/visits/visits"}}', format: 'csv' })
    for (const path of [`/graphql?${query.toString()}`, `/query?${input.toString()}`]) {
      const answer = await fetch(hub.url + path, { headers: { ...camden, 'apollo-require-preflight': '1' } })
      expect([answer.headers.get('cache-control'), answer.headers.get('etag')]).toEqual(['private, no-store', null])
      expect(await answer.text()).toContain('c@example.org')
    }
    const anonymous = await fetch(`${hub.url}/query?${input.toString()}`)
    expect([anonymous.headers.get('cache-control'), await anonymous.text()]).toEqual([
      'public, no-cache',
      'Ward\r\nKilburn\r\nHolborn\r\nHolborn\r\n',
    ])
  })
})

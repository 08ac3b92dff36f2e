import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestHub, type TestHub } from '../support/dials.js'
import { issuersYaml, startIssuer, type TestIssuer } from '../support/issuer.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { childSpoke, hubYaml, openWorkspace, spokeYaml, type Workspace } from '../support/workspace.js'

const shared = 'datasets:\n  libraries:\n    access: SHARED\n    sharedWith: [borough-of-barnet]\n    listing: PUBLIC\n'
let issuer: TestIssuer
let workspace: Workspace
let database: FreshDatabase
let hub: TestHub
beforeAll(async () => {
  issuer = await startIssuer({ organisations: ['borough-of-camden', 'borough-of-barnet', 'borough-of-lambeth'] })
  const data = 'Name,Postcode\nKilburn,NW6 5UH\nHolborn,WC1X 8PA\n'
  workspace = await openWorkspace({
    'hub.yaml': `${hubYaml({ camden: childSpoke('camden'), lambeth: childSpoke('lambeth') })}${issuersYaml(issuer)}`,
    'camden/spoke.yaml': spokeYaml('camden'),
    // This spoke trusts the issuer only for itself, whatever the hub trusts.
    'lambeth/spoke.yaml': spokeYaml('lambeth', issuersYaml(issuer, ['borough-of-lambeth'])),
    ...Object.fromEntries(
      ['camden', 'lambeth'].flatMap((id) => [
        [`${id}/data/libraries.csv`, data],
        [`${id}/data/open.csv`, data],
        [`${id}/data/catalogue.yaml`, shared],
      ]),
    ),
  })
  database = await freshDatabase()
  hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('data'), env: { DATABASE_URL: database.url } })
  await hub.harvested('camden', 'lambeth')
})
afterAll(async () => {
  await hub.stop()
  await issuer.close()
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
    expect(await rowsOf('lambeth/libraries/libraries', 'borough-of-lambeth')).toBe('FORBIDDEN')
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

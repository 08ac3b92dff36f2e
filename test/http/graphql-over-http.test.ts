import { serverAudits } from 'graphql-http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestHub, type TestHub } from '../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { openWorkspace, twoSpokes, type Workspace } from '../support/workspace.js'

let workspace: Workspace
let database: FreshDatabase
let hub: TestHub
beforeAll(async () => {
  workspace = await openWorkspace(twoSpokes)
  database = await freshDatabase()
  hub = await startTestHub(workspace.hubYaml, { dataFolder: workspace.path('data'), env: { DATABASE_URL: database.url } })
  await hub.harvested('camden', 'barnet')
})
afterAll(async () => {
  await hub.stop()
  await database.drop()
  await workspace.remove()
})

describe('GraphQL over HTTP: the audits of graphql-http', () => {
  const audits = serverAudits({ url: () => `${hub.url}/graphql` })
  test('are all of them', () => expect(audits).toHaveLength(61))
  test.each(audits.map((audit) => [`${audit.id} ${audit.name}`, audit] as const))('%s', async (_name, audit) => {
    const result = await audit.fn()
    if (result.status !== 'ok') throw new Error(`${result.reason} ${result.response.status} ${await result.response.text()}`)
  })
})

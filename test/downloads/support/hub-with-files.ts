import { afterAll, beforeAll, expect } from 'vitest'
import { startTestHub, type TestHub } from '../../support/dials.js'
import { freshDatabase, type FreshDatabase } from '../../support/postgres.js'
import { openWorkspace, twoSpokes, type Workspace } from '../../support/workspace.js'

/** A hub with the spokes camden and barnet, both harvested. */
export interface HubWithFiles {
  hub: TestHub
  workspace: Workspace
  database: FreshDatabase
}

/** @param write adds files of Camden to the folder, before the hub starts. */
export function hubWithFiles(write: (workspace: Workspace) => Promise<void>, files: Record<string, string> = {}): HubWithFiles {
  const held = {} as HubWithFiles
  beforeAll(async () => {
    held.workspace = await openWorkspace({ ...twoSpokes, ...files })
    await write(held.workspace)
    held.database = await freshDatabase()
    held.hub = await startTestHub(held.workspace.hubYaml, {
      dataFolder: held.workspace.path('data'),
      env: { DATABASE_URL: held.database.url },
    })
    await held.hub.harvested('camden', 'barnet')
  })
  afterAll(async () => {
    expect(await held.hub.stop()).toBe(0)
    await held.database.drop()
    await held.workspace.remove()
  })
  return held
}

/** Asks for a download by POST. */
export function post(url: string, input: object, format: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${url}/query?format=${format}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(input),
  })
}

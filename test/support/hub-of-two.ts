import { afterAll, beforeAll, expect } from 'vitest'
import { startTestHub, type TestHub } from './dials.js'
import { freshDatabase, type FreshDatabase } from './postgres.js'
import { openWorkspace, twoSpokes, type Workspace } from './workspace.js'

/** A hub with two spoke processes for all tests of a file. Both spokes are harvested before the first test runs. */
export interface HubOfTwo {
  hub: TestHub
  database: FreshDatabase
  workspace: Workspace
}

/**
 * @param files added to those of the two spokes; a file with the same path replaces theirs. @param prepare writes what is no text, before
 * the hub starts.
 */
export function hubOfTwo(files: Record<string, string> = {}, prepare?: (workspace: Workspace) => Promise<void>): HubOfTwo {
  const held = {} as HubOfTwo
  beforeAll(async () => {
    held.workspace = await openWorkspace({ ...twoSpokes, ...files })
    await prepare?.(held.workspace)
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

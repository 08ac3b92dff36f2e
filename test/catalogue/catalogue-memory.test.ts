import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CatalogueMemory } from '../../src/catalogue/catalogue-memory.js'
import { syncConfigured } from '../../src/catalogue/sync-configured.js'
import type { Viewer } from '../../src/identity/viewer.js'
import { anonymous, configureTwo, harvest } from '../support/catalogue.js'
import { complete, dataset, fakeSource } from '../support/fake-source.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'

let database: FreshDatabase
let memory: CatalogueMemory
let statements: string[]
const ofBarnet: Viewer = { subject: 'b', organisation: 'london-borough-of-barnet', scopes: [] }
beforeAll(async () => {
  database = await freshDatabase()
  await configureTwo(database.knex)
  await harvest(
    database.knex,
    fakeSource(
      dataset('libraries'),
      dataset('shared', { access: 'SHARED', sharedWith: ['london-borough-of-barnet'], listing: 'PARTIES' }),
      complete(),
    ),
  )
  database.knex.on('query', ({ sql }: { sql: string }) => statements.push(sql))
})
beforeEach(() => {
  memory = new CatalogueMemory(database.knex)
  statements = []
})
afterAll(() => database.drop())

const page = async (viewer: Viewer) =>
  (await (await memory.loadersFor(viewer)).datasetPage.load({ first: 100 })).nodes.map(({ id, title }) => `${id} ${title}`)

describe('what a hub remembers of the catalogue', () => {
  it('answers the second request from memory, but for one small statement', async () => {
    const first = await page(anonymous)
    statements = []
    expect(await page(anonymous)).toEqual(first)
    expect(statements).toEqual([expect.stringContaining('revisions')])
  })

  it('is of one organisation, and shown to no other', async () => {
    expect(await page(ofBarnet)).toContain('camden/shared Title of shared')
    expect(await page(anonymous)).not.toContain('camden/shared Title of shared')
    expect(await (await memory.loadersFor(anonymous)).dataset.load('camden/shared')).toBeNull()
  })

  it('does not outlive a harvest, whichever hub ran it, nor a change of the configuration', async () => {
    const { dataset: load } = await memory.loadersFor(anonymous)
    expect(await load.load('camden/libraries')).toMatchObject({ title: 'Title of libraries' })
    await harvest(database.knex, fakeSource(dataset('libraries', { title: 'Renamed' }), complete()))
    expect(await (await memory.loadersFor(anonymous)).dataset.load('camden/libraries')).toMatchObject({ title: 'Renamed' })
    await syncConfigured(database.knex, [])
    expect(await (await memory.loadersFor(anonymous)).dataset.load('camden/libraries')).toBeNull()
    await configureTwo(database.knex)
    expect(await (await memory.loadersFor(anonymous)).dataset.load('camden/libraries')).not.toBeNull()
  })

  it('sees a change in whatever order transactions end', async () => {
    await harvest(database.knex, fakeSource(dataset('a'), complete()), { spokeId: 'barnet' })
    const rename = (id: string, title: string) =>
      database.knex.transaction().then(async (transaction) => {
        await transaction('datasets').where({ id }).update({ title })
        return transaction
      })
    const [early, late] = [await rename('barnet/a', 'early'), await rename('camden/libraries', 'late')]
    await late.commit()
    expect(await page(anonymous)).toEqual(['barnet/a Title of a', 'camden/libraries late'])
    await early.commit()
    expect(await page(anonymous)).toEqual(['barnet/a early', 'camden/libraries late'])
  })

  it('keeps no failure: the next request asks again', async () => {
    const loaders = await memory.loadersFor(anonymous)
    await database.knex.raw('alter table columns rename to away')
    await expect(loaders.columnsOfTable.load('camden/libraries/libraries')).rejects.toThrow()
    await database.knex.raw('alter table away rename to columns')
    expect(await (await memory.loadersFor(anonymous)).columnsOfTable.load('camden/libraries/libraries')).toHaveLength(2)
  })
})

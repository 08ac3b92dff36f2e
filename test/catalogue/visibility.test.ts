import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCatalogueLoaders } from '../../src/catalogue/catalogue-loaders.js'
import { listOrganisations, listSpokes } from '../../src/catalogue/catalogue-lists.js'
import { datasetPage } from '../../src/catalogue/dataset-page.js'
import { datasetStatuses } from '../../src/catalogue/rows.js'
import { helpWithTable } from '../../src/catalogue/help-with-table.js'
import { syncConfigured } from '../../src/catalogue/sync-configured.js'
import type { Access, Listing } from '../../src/connector/catalogue.js'
import type { Viewer } from '../../src/identity/viewer.js'
import { anonymous, barnet, camden, configureTwo, harvest, ofBarnet, operator } from '../support/catalogue.js'
import { complete, dataset, fakeSource } from '../support/fake-source.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'

const ofLambeth: Viewer = { organisation: 'london-borough-of-lambeth', scopes: [] }
const accesses: Access[] = ['OPEN', 'SHARED', 'CLOSED']
const listings: Listing[] = ['PUBLIC', 'PARTIES']
const slugOf = (access: Access, listing: Listing) => `${access}-${listing}`.toLowerCase()
const slugs = accesses.flatMap((access) => listings.map((listing) => slugOf(access, listing)))

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  await configureTwo(database.knex)
  const sharedWith = ['london-borough-of-barnet']
  const shown = accesses.flatMap((access) =>
    listings.map((listing) => {
      const distributions = [{ id: 'csv' }]
      return dataset(slugOf(access, listing), { access, listing, sharedWith, distributions })
    }),
  )
  await harvest(database.knex, fakeSource(...shown, complete()))
})
afterAll(() => database.drop())

/** Every way to learn of a dataset, and what each of them tells of it. */
async function waysToLearn(viewer: Viewer, slug: string) {
  const { knex } = database
  const id = `camden/${slug}`
  const loaders = createCatalogueLoaders(knex, viewer)
  const page = await datasetPage(knex, viewer, { first: 100, status: datasetStatuses })
  const near = await helpWithTable(knex, viewer, `${id}/${slug}x`)
  const inDataset = await helpWithTable(knex, viewer, id)
  return [
    (await loaders.dataset.load(id)) !== null,
    (await loaders.table.load(`${id}/${slug}`)) !== null,
    (await loaders.tablesOfDataset.load(id)).length > 0,
    (await loaders.columnsOfTable.load(`${id}/${slug}`)).length > 0,
    (await loaders.distributionsOfDataset.load(id)).length > 0,
    page.nodes.some((node) => node.id === id),
    near.suggestions.includes(`${id}/${slug}`),
    inDataset.text.includes(`${id}/${slug}`),
    (await loaders.tableForQuery.load(`${id}/${slug}`)) !== null,
  ]
}

describe('what a viewer learns of', () => {
  it.each([
    { who: 'anybody', viewer: anonymous, sees: ['open-public', 'open-parties', 'shared-public', 'closed-public'] },
    {
      who: 'an organisation it is shared with',
      viewer: ofBarnet,
      sees: ['open-public', 'open-parties', 'shared-public', 'shared-parties', 'closed-public'],
    },
    {
      who: 'its own organisation',
      viewer: { organisation: camden.organisation.id, scopes: [] },
      sees: slugs,
    },
    { who: 'another organisation', viewer: ofLambeth, sees: ['open-public', 'open-parties', 'shared-public', 'closed-public'] },
  ])('$who: $sees, in every way or in none', async ({ viewer, sees }) => {
    for (const slug of slugs) expect(await waysToLearn(viewer, slug), slug).toEqual(Array(9).fill(sees.includes(slug)))
    const { totalCount } = await datasetPage(database.knex, viewer, { first: 0 })
    expect(totalCount).toBe(sees.length)
  })

  it('says of a hidden thing what it says of none', async () => {
    const loaders = createCatalogueLoaders(database.knex, anonymous)
    for (const id of ['camden/closed-parties', 'camden/nothing', '', '\0', '/', 'x'.repeat(1000), "'"]) {
      expect(await loaders.dataset.load(id)).toBeNull()
      expect(await loaders.tablesOfDataset.load(id)).toEqual([])
    }
    for (const id of ['\0', 'x'.repeat(501), '', 'camden/closed-parties/closed-parties'])
      expect(await loaders.tableForQuery.load(id)).toBeNull()
  })

  it('lists every spoke and organisation to everybody, in their order', async () => {
    expect((await listSpokes(database.knex)).map(({ id }) => id)).toEqual(['camden', 'barnet'])
    expect(await listOrganisations(database.knex)).toEqual([
      { id: 'london-borough-of-barnet', name: 'London Borough of Barnet', gss: null },
      { id: 'london-borough-of-camden', name: 'London Borough of Camden', gss: 'E09000007' },
    ])
  })

  it('tells those who may not read them of all other problems as of one, without names, words and number', async () => {
    const told = ['closed-parties', 'open-public/t', 'shared-parties', 'never-read'].map((sourceId) => ({
      kind: 'problem',
      sourceId,
      message: `of ${sourceId}`,
    }))
    const run = await harvest(database.knex, fakeSource(...told))
    const seenBy = async (viewer: Viewer, first = 100) =>
      (await createCatalogueLoaders(database.knex, viewer).problemsOfRun.load({ runId: run.id, first })).map(({ sourceId }) => sourceId)
    expect(await seenBy(anonymous)).toEqual(['open-public/t', null])
    expect(await seenBy(anonymous, 1)).toEqual(['open-public/t'])
    expect(await seenBy(ofBarnet)).toEqual(['open-public/t', 'shared-parties', null])
    const failedFor = async (viewer: Viewer) =>
      (await createCatalogueLoaders(database.knex, viewer).lastHarvestOfSpoke.load('camden'))?.failed
    expect(await Promise.all([anonymous, ofBarnet, operator].map(failedFor))).toEqual([2, 3, 4])
    expect(await seenBy(operator, 2)).toEqual(['closed-parties', 'open-public/t'])
    expect(await seenBy({ organisation: camden.organisation.id, scopes: [] })).toEqual([
      'closed-parties',
      'open-public/t',
      'shared-parties',
      'never-read',
    ])
    await expect(seenBy(operator, 101)).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    const texts = JSON.stringify(await createCatalogueLoaders(database.knex, anonymous).problemsOfRun.load({ runId: run.id, first: 100 }))
    expect(texts).not.toMatch(/closed-parties|shared-parties|never-read/)
  })

  it('tells everybody the problems of a record that would have been listed to everybody', async () => {
    const event = (sourceId: string, listing?: Listing) => ({
      kind: 'problem',
      sourceId,
      message: `of ${sourceId}`,
      ...(listing ? { listing } : {}),
    })
    const run = await harvest(database.knex, fakeSource(event('old-workbook', 'PUBLIC'), event('kept', 'PARTIES'), event('unknown')))
    const told = await createCatalogueLoaders(database.knex, anonymous).problemsOfRun.load({ runId: run.id, first: 100 })
    expect(told.map(({ sourceId }) => sourceId)).toEqual(['old-workbook', null])
    expect(told[0]?.message).toBe('of old-workbook')
  })

  it('forgets a spoke that is no longer configured, and remembers it when it is again', async () => {
    const { knex } = database
    await syncConfigured(knex, [barnet])
    expect((await listSpokes(knex)).map(({ id }) => id)).toEqual(['barnet'])
    expect((await listOrganisations(knex)).map(({ id }) => id)).toEqual([barnet.organisation.id])
    expect((await datasetPage(knex, operator, { first: 10 })).totalCount).toBe(0)
    expect(await waysToLearn(anonymous, 'open-public')).toEqual(Array(9).fill(false))
    const loaders = createCatalogueLoaders(knex, operator)
    expect(
      await Promise.all([
        loaders.spoke.load('camden'),
        loaders.organisation.load(camden.organisation.id),
        loaders.lastHarvestOfSpoke.load('camden'),
      ]),
    ).toEqual([null, null, null])
    expect(await loaders.spokesOfOrganisation.load(camden.organisation.id)).toEqual([])

    await syncConfigured(knex, [barnet, { ...camden, title: 'Camden again' }])
    expect((await listSpokes(knex)).map(({ title }) => title)).toEqual(['Barnet', 'Camden again'])
    expect(await waysToLearn(anonymous, 'open-public')).toEqual(Array(9).fill(true))
  })
})

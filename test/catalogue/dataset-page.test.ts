import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCatalogueLoaders } from '../../src/catalogue/catalogue-loaders.js'
import { cursorOf } from '../../src/catalogue/cursor.js'
import { type DatasetPageArguments, datasetPage } from '../../src/catalogue/dataset-page.js'
import { anonymous, configureTwo, harvest } from '../support/catalogue.js'
import { complete, dataset, fakeSource, table } from '../support/fake-source.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'

// Chosen so that a locale's order would differ from the binary one: 'a-b' < 'a1' < 'aa' < 'ab'.
const slugs = ['a-b', 'a1', 'aa', 'ab', 'b', 'b-2', 'ba', ...Array.from({ length: 60 }, (_, n) => `n${n}`)].sort()
const ids = slugs.map((slug) => `camden/${slug}`)

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  await configureTwo(database.knex)
  const shown = slugs.map((slug, n) =>
    dataset(slug, { modified: new Date(Date.UTC(2026, 0, n + 1)).toISOString(), tables: [table(slug), table('second')] }),
  )
  await harvest(database.knex, fakeSource(...shown, complete()))
  const described = dataset('described', {
    themes: ['Environment'],
    keywords: ['Council Tax'],
    licence: { id: 'OGL-UK-3.0', title: 'Open Government Licence' },
    distributions: [{ id: 'csv', format: 'csv' }],
  })
  const other = dataset('other', { themes: ['environment'], licence: { title: 'Ask us' } })
  await harvest(database.knex, fakeSource(dataset('libraries'), described, other, complete()), { spokeId: 'barnet' })
})
afterAll(() => database.drop())

const page = (given: Partial<DatasetPageArguments> = {}) => datasetPage(database.knex, anonymous, { first: 100, ...given })
const camdens = ['camden']
const barnets = 3

describe('datasetPage', () => {
  it('goes through all of a list by id in binary order, without gaps or repeats', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 100 }), async (first) => {
        const seen: string[] = []
        for (let after: string | null = null; ;) {
          const { nodes, edges, pageInfo, totalCount } = await page({ spokes: camdens, first, after })
          expect(totalCount).toBe(ids.length)
          expect(pageInfo.hasPreviousPage).toBe(seen.length > 0)
          expect(edges.map(({ node }) => node)).toEqual(nodes)
          expect([pageInfo.startCursor, pageInfo.endCursor]).toEqual([edges[0]?.cursor, edges.at(-1)?.cursor])
          seen.push(...nodes.map(({ id }) => id))
          expect(pageInfo.hasNextPage).toBe(seen.length < ids.length)
          if (!pageInfo.hasNextPage) break
          after = pageInfo.endCursor
        }
        expect(seen).toEqual(ids)
      }),
      { numRuns: 12 },
    )
  })

  it('filters by spoke, status and time of change', async () => {
    expect((await page()).totalCount).toBe(ids.length + barnets)
    expect((await page({ spokes: ['barnet', 'nowhere'] })).nodes).toHaveLength(barnets)
    expect(await page({ spokes: [] })).toMatchObject({ nodes: [], totalCount: 0 })
    expect((await page({ modifiedAfter: new Date(Date.UTC(2026, 0, ids.length - 1)) })).nodes.map(({ id }) => id)).toEqual([ids.at(-1)])
    expect((await page({ status: ['MISSING', 'ARCHIVED'] })).totalCount).toBe(0)
  })

  it('goes through all of a list backwards, and through what lies between two cursors', async () => {
    for (const last of [1, 7, 66, 100]) {
      const seen: string[] = []
      for (let before: string | null = null; ;) {
        const { nodes, pageInfo } = await datasetPage(database.knex, anonymous, { spokes: camdens, last, before })
        expect(pageInfo.hasNextPage).toBe(seen.length > 0)
        seen.unshift(...nodes.map(({ id }) => id))
        expect(pageInfo.hasPreviousPage).toBe(seen.length < ids.length)
        if (!pageInfo.hasPreviousPage) break
        before = pageInfo.startCursor
      }
      expect(seen).toEqual(ids)
    }
    const [after, before] = [ids[2], ids[8]].map((id) => cursorOf(id as string))
    const between = async (size: object) => {
      const { nodes, pageInfo } = await datasetPage(database.knex, anonymous, { spokes: camdens, after, before, ...size })
      return [nodes.map(({ id }) => id), pageInfo.hasPreviousPage, pageInfo.hasNextPage]
    }
    expect(await between({ first: 2 })).toEqual([ids.slice(3, 5), true, true])
    expect(await between({ last: 2 })).toEqual([ids.slice(6, 8), true, true])
    expect(await between({ last: 50 })).toEqual([ids.slice(3, 8), true, true])
    await expect(page({ first: 5, last: 5 })).rejects.toMatchObject({ code: 'BAD_USER_INPUT', inputPath: ['last'] })
  })

  it('filters by publisher, theme, keyword, format and licence, of which each has to hold', async () => {
    const found = async (given: Partial<DatasetPageArguments>) => (await page(given)).nodes.map(({ id }) => id)
    const described = ['barnet/described', 'barnet/other']
    expect(await found({ organisations: ['london-borough-of-barnet'] })).toEqual([...described, 'barnet/libraries'].sort())
    expect(await found({ themes: [' ENVIRONMENT '] })).toEqual(described)
    expect(await found({ keywords: ['council tax'] })).toEqual(['barnet/described'])
    expect(await found({ formats: ['CSV'] })).toEqual(['barnet/described'])
    expect(await found({ licences: ['OGL-UK-3.0'] })).toEqual(['barnet/described'])
    expect(await found({ licences: ['Ask us'] })).toEqual(['barnet/other'])
    expect(await found({ themes: ['Environment'], licences: ['Ask us'] })).toEqual(['barnet/other'])
    for (const name of ['organisations', 'themes', 'keywords', 'formats', 'licences', 'spokes'] as const) {
      expect(await page({ [name]: [] })).toMatchObject({ nodes: [], totalCount: 0 })
      expect(await found({ [name]: ['\0', "'; drop table datasets --", '%'] })).toEqual([])
      await expect(page({ [name]: Array<string>(1001).fill('x') })).rejects.toMatchObject({
        code: 'BAD_USER_INPUT',
        inputPath: ['filter', name],
      })
    }
  })

  it('answers an empty page with what a page says', async () => {
    expect(await page({ first: 0 })).toEqual({
      nodes: [],
      edges: [],
      totalCount: ids.length + barnets,
      pageInfo: { hasNextPage: true, hasPreviousPage: false, startCursor: null, endCursor: null },
    })
    const last = (await page()).pageInfo.endCursor
    expect((await page({ after: last })).pageInfo).toEqual({
      hasNextPage: false,
      hasPreviousPage: true,
      startCursor: null,
      endCursor: null,
    })
  })

  it.each([-1, 101, 1.5, NaN, Infinity])('refuses first: %s', async (first) => {
    await expect(page({ first })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
  })

  it('refuses a cursor that is none of its own, whatever it is', async () => {
    const cases = [
      '',
      ' ',
      'x',
      '%',
      'Y2FtZGVu',
      Buffer.from("camden/a' or 1=1").toString('base64url'),
      `${Buffer.from('camden/a').toString('base64url')}=`,
      'A'.repeat(100_000),
    ]
    for (const after of cases) await expect(page({ after })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.string(), fc.base64String()), async (after) => {
        await expect(page({ after })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
      }),
      { numRuns: 50 },
    )
  })

  it('takes ids of spokes that no spoke can have', async () => {
    expect((await page({ spokes: ['\0', "'; drop table datasets", 'x'.repeat(10_000)] })).totalCount).toBe(0)
    await expect(page({ spokes: Array(1001).fill('camden') })).rejects.toMatchObject({ code: 'BAD_USER_INPUT' })
  })

  it('asks as many statements for a hundred datasets as for one, with all that hangs on them', async () => {
    const statements = async (first: number) => {
      let count = 0
      const tally = () => (count += 1)
      database.knex.on('query', tally)
      const loaders = createCatalogueLoaders(database.knex, anonymous)
      const { nodes } = await page({ first })
      await Promise.all(
        nodes.map(async ({ id, spokeId, organisationId }) => {
          const [tables] = await Promise.all([
            loaders.tablesOfDataset.load(id),
            loaders.distributionsOfDataset.load(id),
            loaders.spoke.load(spokeId),
            loaders.organisation.load(organisationId),
            loaders.lastHarvestOfSpoke.load(spokeId),
            loaders.spokesOfOrganisation.load(organisationId),
          ])
          await loaders.columnsOfTable.loadAll(tables.map((one) => one.id))
        }),
      )
      database.knex.off('query', tally)
      return { nodes: nodes.length, count }
    }
    expect(await statements(1)).toEqual({ nodes: 1, count: 9 })
    expect(await statements(100)).toEqual({ nodes: ids.length + barnets, count: 9 })
  })
})

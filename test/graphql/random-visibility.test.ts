import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Context } from '../../src/api/context.js'
import { Operations } from '../../src/api/operations.js'
import { memoryAuditor } from '../support/audit.js'
import { Results } from '../../src/api/results.js'
import { createSchema } from '../../src/api/schema.js'
import { createGraphServer } from '../../src/api/server.js'
import { CatalogueMemory } from '../../src/catalogue/catalogue-memory.js'
import { helpWithTable } from '../../src/catalogue/help-with-table.js'
import type { Access, Listing } from '../../src/connector/catalogue.js'
import type { Viewer } from '../../src/identity/viewer.js'
import { findDatasets } from '../../src/search/find-datasets.js'
import { tellChanges } from '../../src/search/keep/update.js'
import type { SearchIndex } from '../../src/search/port.js'
import { PostgresIndex } from '../../src/search/postgres/postgres-index.js'
import type { Search } from '../../src/search/search.js'
import { anonymous, configureTwo, harvest, operator } from '../support/catalogue.js'
import { complete, dataset, fakeSource } from '../support/fake-source.js'
import { freshDatabase, type FreshDatabase, quiet } from '../support/postgres.js'
import { long, runsOf } from '../support/long.js'

const organisations = ['london-borough-of-camden', 'london-borough-of-barnet', 'elsewhere'] as const
const viewers: Viewer[] = [
  anonymous,
  operator,
  ...organisations.map((organisation) => ({ subject: organisation, organisation, scopes: [] })),
]

interface Listed {
  spoke: string
  id: string
  access: Access
  listing: Listing
  sharedWith: string[]
}

/** Whether a viewer may see a dataset, by the access rules (docs/access-rules.md): the reference. */
const sees = ({ organisation }: Viewer, { spoke, access, listing, sharedWith }: Listed) =>
  access === 'OPEN' ||
  listing === 'PUBLIC' ||
  organisation === `london-borough-of-${spoke}` ||
  (access === 'SHARED' && organisation !== undefined && sharedWith.includes(organisation))

const listed = fc.record({
  spoke: fc.constantFrom('camden', 'barnet'),
  id: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'),
  access: fc.constantFrom<Access>('OPEN', 'SHARED', 'CLOSED'),
  listing: fc.constantFrom<Listing>('PUBLIC', 'PARTIES'),
  sharedWith: fc.subarray([...organisations]),
})
const catalogues = fc.uniqueArray(listed, { minLength: 3, maxLength: 16, selector: ({ spoke, id }) => `${spoke}/${id}` })
const operations = fc.array(
  fc.record({
    viewer: fc.constantFrom(...viewers),
    first: fc.integer({ min: 1, max: 5 }),
    spoke: fc.constantFrom('camden', 'barnet', 'nowhere', undefined),
    id: fc.constantFrom('camden/a', 'camden/b', 'barnet/c', 'barnet/d', 'barnet/none'),
  }),
  { minLength: 3, maxLength: 8 },
)

let database: FreshDatabase
let memory: CatalogueMemory
let index: SearchIndex
let graph: ReturnType<typeof createGraphServer>
beforeAll(async () => {
  database = await freshDatabase()
  await configureTwo(database.knex)
  memory = new CatalogueMemory(database.knex)
  index = new PostgresIndex(database.knex)
  graph = createGraphServer(new Operations(await createSchema(), quiet), quiet)
})
afterAll(() => database.drop())

async function ask<Data>(
  viewer: Viewer,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<{ data: Data; codes: unknown[] }> {
  const loaders = await memory.loadersFor(viewer)
  const catalogue = {
    tables: async (ids: readonly string[]) => (await loaders.tableForQuery.loadAll(ids)).filter((table) => table !== null),
    helpWith: (id: string) => helpWithTable(database.knex, viewer, id),
  }
  const context = {
    viewer,
    knex: database.knex,
    loaders,
    search: { find: (...given: Parameters<Search['find']>) => findDatasets({ knex: database.knex, index }, ...given) },
    baseUrl: 'https://hub.test',
    statusOf: () => 'UP',
    results: new Results(),
    query: { viewer, catalogue, sources: new Map(), engine: undefined, auditor: memoryAuditor().auditor, signal: new AbortController().signal },
  }
  const { body } = await graph.executeOperation<Data & Record<string, unknown>>(
    { query, variables },
    { contextValue: context as unknown as Context },
  )
  if (body.kind !== 'single') throw new Error('not one answer')
  return {
    data: body.singleResult.data as Data,
    codes: (body.singleResult.errors ?? []).map(({ message, extensions }) => [extensions?.['code'], message, extensions?.['suggestions']]),
  }
}

interface Page {
  datasets: { totalCount: number; pageInfo: { hasNextPage: boolean; endCursor: string | null }; nodes: { id: string }[] }
}

async function walk(viewer: Viewer, first: number, spokes: string[] | undefined): Promise<{ ids: string[]; counts: number[] }> {
  const [ids, counts]: [string[], number[]] = [[], []]
  for (let after: string | null = null; ;) {
    const query =
      'query ($first: Int, $after: String, $filter: DatasetFilter) { datasets(first: $first, after: $after, filter: $filter) { totalCount pageInfo { hasNextPage endCursor } nodes { id } } }'
    const { data }: { data: Page } = await ask<Page>(viewer, query, { first, after, filter: spokes === undefined ? null : { spokes } })
    ids.push(...data.datasets.nodes.map(({ id }) => id))
    counts.push(data.datasets.totalCount)
    after = data.datasets.pageInfo.endCursor
    if (!data.datasets.pageInfo.hasNextPage) return { ids, counts }
  }
}

/** The same list from its end on. */
async function walkBack(viewer: Viewer, last: number, filter: object): Promise<string[]> {
  const ids: string[] = []
  for (let before: string | null = null; ;) {
    const query =
      'query ($last: Int, $before: String, $filter: DatasetFilter) { datasets(last: $last, before: $before, filter: $filter) { pageInfo { hasPreviousPage startCursor } nodes { id } } }'
    const { data }: { data: { datasets: { pageInfo: { hasPreviousPage: boolean; startCursor: string | null }; nodes: { id: string }[] } } } =
      await ask(viewer, query, { last, before, filter })
    ids.unshift(...data.datasets.nodes.map(({ id }) => id))
    before = data.datasets.pageInfo.startCursor
    if (!data.datasets.pageInfo.hasPreviousPage) return ids
  }
}

interface Found {
  search: {
    totalCount: number
    facets: { facet: string; values: { value: string; count: number }[] }[]
    nodes: { dataset: { id: string; access: string }; highlights: { text: string }[] }[]
  }
}

/** The result of a search for all datasets: ids, and the counts of two facets. */
async function find(viewer: Viewer, text: string) {
  const { data } = await ask<Found>(
    viewer,
    `query ($text: String!) {
    search(text: $text, first: 100, facets: [SPOKE, ACCESS]) { totalCount facets { facet values { value count } } nodes { dataset { id access } highlights { text } } } }`,
    { text },
  )
  const { totalCount, facets, nodes } = data.search
  const counts = Object.fromEntries(
    facets.map(({ facet, values }) => [facet, Object.fromEntries(values.map(({ value, count }) => [value, count]))]),
  )
  return { ids: nodes.map(({ dataset }) => dataset.id).sort(), totalCount, counts, text: JSON.stringify(nodes) }
}

const countBy = <T>(list: readonly T[], keyOf: (one: T) => string) =>
  Object.fromEntries([...new Set(list.map(keyOf))].map((key) => [key, list.filter((one) => keyOf(one) === key).length]))

test('whatever is asked, by whomever, of whatever catalogue, is answered as from a catalogue that was filtered by hand', { tags: [long] }, async () => {
  await fc.assert(
    fc.asyncProperty(catalogues, operations, async (all, asked) => {
      for (const spokeId of ['camden', 'barnet']) {
        const shown = all
          .filter(({ spoke }) => spoke === spokeId)
          .map(({ id, access, listing, sharedWith }) => dataset(id, { access, listing, sharedWith }))
        await harvest(database.knex, fakeSource(...shown, complete()), { spokeId })
        // MISSING datasets of the catalogue before do not belong to this one.
        await database.knex('datasets').where({ spoke_id: spokeId }).whereNot({ status: 'ACTIVE' }).delete()
      }
      const sought = 'Title'
      for (const { viewer } of asked) {
        const visible = all.filter((one) => sees(viewer, one)).map((one) => `${one.spoke}/${one.id}`)
        // Before the index is updated it may lack new datasets, but must not show those that the viewer may no longer see.
        const early = await find(viewer, sought)
        expect(visible).toEqual(expect.arrayContaining(early.ids))
        expect(early.totalCount).toBe(early.ids.length)
        expect(Object.values(early.counts['SPOKE'] ?? {}).reduce((sum, count) => sum + count, 0)).toBe(early.ids.length)
      }
      while ((await tellChanges(database.knex, index)) > 0);
      for (const { viewer, first, spoke, id } of asked) {
        const visible = all.filter((one) => sees(viewer, one)).map((one) => ({ ...one, id: `${one.spoke}/${one.id}` }))
        const wanted = visible
          .filter((one) => spoke === undefined || one.spoke === spoke)
          .map((one) => one.id)
          .sort()
        if (spoke === 'nowhere') {
          // Refused alike to everybody, with names that everybody knows.
          const { codes } = await ask(viewer, '{ datasets(filter: { spokes: ["nowhere"] }) { totalCount } }', {})
          expect((codes as unknown[][]).map(([code]) => code)).toEqual(['BAD_USER_INPUT'])
        } else {
          const { ids, counts } = await walk(viewer, first, spoke === undefined ? undefined : [spoke])
          expect(ids).toEqual(wanted)
          expect(new Set(counts)).toEqual(new Set([wanted.length]))
          const publisher = spoke === undefined ? undefined : [`london-borough-of-${spoke}`]
          expect(await walkBack(viewer, first, { organisations: publisher })).toEqual(wanted)
        }
        const found = await find(viewer, sought)
        expect(found.ids).toEqual(visible.map((one) => one.id).sort())
        expect(found.totalCount).toBe(visible.length)
        expect(found.counts).toEqual({ SPOKE: countBy(visible, (one) => one.spoke), ACCESS: countBy(visible, (one) => one.access) })
        // A word of one dataset only, mistyped or not, finds it only for viewers who may see it.
        for (const text of [`"Title of ${id.split('/')[1]}"`, id.split('/')[1] ?? '']) {
          const narrow = await find(viewer, text)
          expect(visible.map((one) => one.id)).toEqual(expect.arrayContaining(narrow.ids))
        }

        const isSeen = visible.some((one) => one.id === id)
        const table = `${id}/${id.split('/')[1]}`
        const { data } = await ask<{
          dataset: { id: string } | null
          node: { id: string } | null
          table: { id: string } | null
          tableNode: { id: string } | null
          spoke: { id: string } | null
          none: null
          deep: null
          spokes: { id: string; datasets: { totalCount: number } }[]
        }>(
          viewer,
          `{ dataset(id: "${id}") { id } node(id: "${id}") { id } table(id: "${table}") { id } tableNode: node(id: "${table}") { id }
             spoke: node(id: "camden") { id ... on Spoke { connector } } none: node(id: "") { id } deep: node(id: "${table}/a") { id }
             spokes { id datasets { totalCount } } }`,
        )
        expect(data.dataset === null).toBe(!isSeen)
        expect([data.node, data.tableNode]).toEqual([data.dataset, data.table])
        expect(data).toMatchObject({ spoke: { id: 'camden' }, none: null, deep: null })
        expect(data.spokes.map((one) => one.datasets.totalCount)).toEqual(
          ['camden', 'barnet'].map((name) => visible.filter((one) => one.spoke === name).length),
        )

        const confused = await ask(viewer, `{ table(id: "${id}") { id } dataset(id: "${table.toUpperCase()}") { id } }`)
        expect(confused.data).toEqual({ table: null, dataset: null })
        expect(new Set(confused.codes)).toEqual(
          new Set(isSeen
            ? [
                ['UNKNOWN_TABLE', `There is no table '${id}'. '${id}' is a dataset: its table is '${table}'.`, [table]],
                ['BAD_USER_INPUT', `There is no dataset '${table.toUpperCase()}'. '${table}' is a table. Did you mean '${id}'?`, [id]],
              ]
            : []),
        )

        const hidden = await ask(viewer, `{ explain(input: { from: { table: "${table}" } }) { text } }`)
        if (!isSeen) {
          const absent = await ask(viewer, `{ explain(input: { from: { table: "${id.split('/')[0]}/zz/zz" } }) { text } }`)
          const told = JSON.stringify(hidden.codes)
          expect(hidden.codes[0]).toEqual(['UNKNOWN_TABLE', expect.any(String), expect.anything()])
          expect((absent.codes[0] as unknown[])[0]).toBe('UNKNOWN_TABLE')
          for (const one of all) if (!sees(viewer, one)) expect(told.replace(table, '')).not.toContain(`${one.spoke}/${one.id}/`)
        }
      }
    }),
    { numRuns: runsOf(15, 30) },
  )
})

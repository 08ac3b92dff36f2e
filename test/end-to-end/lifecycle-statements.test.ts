import type { ApolloServer } from '@apollo/server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Results } from '../../src/api/results.js'
import { Operations } from '../../src/api/operations.js'
import type { Context } from '../../src/api/context.js'
import { createSchema } from '../../src/api/schema.js'
import { createGraphServer } from '../../src/api/server.js'
import { createCatalogueLoaders } from '../../src/catalogue/catalogue-loaders.js'
import { barnet, camden, configureTwo, harvest } from '../support/catalogue.js'
import { complete, dataset, fakeSource, table } from '../support/fake-source.js'
import { freshDatabase, type FreshDatabase, quiet } from '../support/postgres.js'
import { anonymous } from '../../src/identity/viewer.js'

let database: FreshDatabase
let graph: ApolloServer<Context>
beforeAll(async () => {
  database = await freshDatabase()
  await configureTwo(database.knex)
  const shown = (prefix: string) =>
    Array.from({ length: 15 }, (_, index) => {
      const id = `${prefix}-${String(index).padStart(2, '0')}`
      return dataset(id, { distributions: [{ id: 'csv', format: 'CSV' }] as never, tables: [table(id), table(`${id}-more`)] })
    })
  for (const { id } of [camden, barnet])
    expect((await harvest(database.knex, fakeSource(...shown(id), complete()), { spokeId: id })).status).toBe('COMPLETE')
  graph = createGraphServer(new Operations(await createSchema(), quiet), quiet)
  await graph.start()
})
afterAll(async () => {
  await graph.stop()
  await database.drop()
})

const page = `query ($first: Int!) { datasets(first: $first) { totalCount pageInfo { hasNextPage } nodes {
  id publisher { name spokes { id } } spoke { id status lastHarvest { status problems { message } } } distributions { id } tables { id dataset { id } columns { name } }
} } }`

interface Page {
  datasets: {
    nodes: {
      id: string
      publisher: { name: string }
      spoke: { id: string }
      distributions: unknown[]
      tables: { columns: { name: string }[] }[]
    }[]
  }
}

/** The page, and the statements that it took. */
async function ask(first: number): Promise<{ nodes: Page['datasets']['nodes']; statements: string[] }> {
  const statements: string[] = []
  const count = ({ sql }: { sql: string }) => statements.push(sql)
  database.knex.on('query', count)
  try {
    const context = {
      viewer: anonymous,
      knex: database.knex,
      loaders: createCatalogueLoaders(database.knex, anonymous),
      baseUrl: 'https://hub.test',
      statusOf: () => 'UP',
      results: new Results(),
    } as unknown as Context
    const { body } = await graph.executeOperation<Page>({ query: page, variables: { first } }, { contextValue: context })
    if (body.kind !== 'single') throw new Error('not one answer')
    expect(body.singleResult.errors).toBeUndefined()
    return { nodes: (body.singleResult.data as Page).datasets.nodes, statements }
  } finally {
    database.knex.removeListener('query', count)
  }
}

test('a page of datasets with all that hangs on them takes as many statements for twenty as for one', async () => {
  const one = await ask(1)
  const twenty = await ask(20)
  expect(one.nodes).toHaveLength(1)
  expect(twenty.nodes).toHaveLength(20)
  expect(new Set(twenty.nodes.map(({ spoke }) => spoke.id)), 'of both spokes').toEqual(new Set(['barnet', 'camden']))
  for (const { distributions, tables } of twenty.nodes) {
    expect(distributions).toHaveLength(1)
    expect(tables.map(({ columns }) => columns.map(({ name }) => name))).toEqual([
      ['Name', 'Amount'],
      ['Name', 'Amount'],
    ])
  }
  expect(twenty.statements).toHaveLength(one.statements.length)
  expect(twenty.statements.length).toBeLessThan(15)
})

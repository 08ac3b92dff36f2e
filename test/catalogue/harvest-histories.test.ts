import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createCatalogueLoaders } from '../../src/catalogue/catalogue-loaders.js'
import { datasetPage } from '../../src/catalogue/dataset-page.js'
import { anonymous, configureTwo, harvest } from '../support/catalogue.js'
import { complete, dataset, fakeSource, table } from '../support/fake-source.js'
import { freshDatabase, type FreshDatabase } from '../support/postgres.js'
import { long, runsOf } from '../support/long.js'

/** One thing that a source may say; `version` stands for everything that a description may differ in. */
type Saying =
  | { say: 'dataset'; id: string; version: number }
  | { say: 'broken'; id: string }
  | { say: 'problem'; id: string; part: boolean }
  | { say: 'rubbish' }
type Crawl = { sayings: Saying[]; end: 'complete' | 'silence' | 'error' }

const id = fc.constantFrom('a', 'b', 'c', 'a-b')
const saying: fc.Arbitrary<Saying> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ say: fc.constant('dataset' as const), id, version: fc.integer({ min: 0, max: 2 }) }) },
  { weight: 1, arbitrary: fc.record({ say: fc.constant('broken' as const), id }) },
  { weight: 1, arbitrary: fc.record({ say: fc.constant('problem' as const), id, part: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ say: fc.constant('rubbish' as const) }) },
)
const crawl: fc.Arbitrary<Crawl> = fc.record({
  sayings: fc.array(saying, { maxLength: 7 }),
  end: fc.oneof({ weight: 4, arbitrary: fc.constant('complete' as const) }, fc.constant('silence' as const), fc.constant('error' as const)),
})

const tablesOf = ({ id, version }: { id: string; version: number }) =>
  Array.from({ length: version + 1 }, (_, n) => table(`${id}-${n}`, { version: `v${version}` }))

function eventOf(said: Saying): unknown {
  if (said.say === 'dataset') return dataset(said.id, { description: `version ${said.version}`, tables: tablesOf(said) })
  if (said.say === 'broken') return dataset(said.id, { access: 'SECRET' as never })
  if (said.say === 'problem') return { kind: 'problem', sourceId: said.part ? `${said.id}/table` : said.id, message: 'not read' }
  return { kind: 'nonsense' }
}

/** The catalogue as it has to be: by id, what it holds and whether its source still has it. */
class Model {
  readonly datasets = new Map<string, { version: number; status: 'ACTIVE' | 'MISSING' }>()

  run({ sayings, end }: Crawl) {
    const counts = { created: 0, updated: 0, unchanged: 0, removed: 0, failed: 0 }
    const [shown, kept] = [new Set<string>(), new Set<string>()]
    for (const said of sayings) {
      if (said.say === 'dataset' && !shown.has(said.id)) {
        shown.add(said.id)
        const before = this.datasets.get(said.id)
        counts[
          before === undefined ? 'created' : before.version === said.version && before.status === 'ACTIVE' ? 'unchanged' : 'updated'
        ] += 1
        this.datasets.set(said.id, { version: said.version, status: 'ACTIVE' })
      } else {
        counts.failed += 1
        if (said.say !== 'rubbish') kept.add(said.id)
      }
    }
    if (end === 'complete' && sayings.every(({ say }) => say !== 'rubbish')) {
      for (const [id, one] of this.datasets) {
        if (one.status === 'MISSING' || shown.has(id) || kept.has(id)) continue
        one.status = 'MISSING'
        counts.removed += 1
      }
    }
    return { ...counts, status: end === 'error' ? 'FAILED' : end === 'complete' && counts.failed === 0 ? 'COMPLETE' : 'PARTIAL' }
  }
}

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
  await configureTwo(database.knex)
})
afterAll(() => database.drop())

describe('any history of harvests', () => {
  it('leaves the catalogue as a simple model says, and no other spoke touched', { tags: [long] }, async () => {
    const { knex } = database
    await harvest(knex, fakeSource(dataset('a'), complete()), { spokeId: 'barnet' })
    const untouched = await createCatalogueLoaders(knex, anonymous).dataset.load('barnet/a')
    await fc.assert(
      fc.asyncProperty(fc.array(crawl, { minLength: 1, maxLength: 6 }), async (history) => {
        await knex('datasets').where({ spoke_id: 'camden' }).delete()
        const model = new Model()
        for (const one of history) {
          const end = one.end === 'complete' ? [complete()] : one.end === 'error' ? [new Error('gone')] : []
          expect(await harvest(knex, fakeSource(...one.sayings.map(eventOf), ...end))).toMatchObject(model.run(one))
        }
        const loaders = createCatalogueLoaders(knex, anonymous)
        const { nodes } = await datasetPage(knex, anonymous, { first: 100, spokes: ['camden'] })
        const found = await Promise.all(
          nodes.map(async (node) => [
            node.id,
            node.status,
            node.description,
            (await loaders.tablesOfDataset.load(node.id)).map((table) => [table.id, table.version]),
          ]),
        )
        const expected = [...model.datasets]
          .sort(([a], [b]) => (a < b ? -1 : 1))
          .map(([id, { version, status }]) => [
            `camden/${id}`,
            status,
            `version ${version}`,
            tablesOf({ id, version }).map((table) => [`camden/${id}/${table.id}`, table.version]),
          ])
        expect(found).toEqual(expected)
        expect(await createCatalogueLoaders(knex, anonymous).dataset.load('barnet/a')).toEqual(untouched)
      }),
      { numRuns: runsOf(30, 75) },
    )
  })
})

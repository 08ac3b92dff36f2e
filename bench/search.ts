/**
 * How fast a large catalogue is indexed and searched through the graph: 100,000 generated datasets of 33 spokes.
 * `NODE_ENV=production tsx --expose-gc bench/search.ts [datasets]`
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Context } from '../src/api/context.js'
import { Operations } from '../src/api/operations.js'
import { Results } from '../src/api/results.js'
import { createSchema } from '../src/api/schema.js'
import { createGraphServer } from '../src/api/server.js'
import { CatalogueMemory } from '../src/catalogue/catalogue-memory.js'
import { harvestSpoke } from '../src/catalogue/harvest-spoke.js'
import { syncConfigured } from '../src/catalogue/sync-configured.js'
import type { CatalogueEvent } from '../src/connector/catalogue.js'
import { migrate } from '../src/database/migrate.js'
import { openDatabase } from '../src/database/open-database.js'
import type { Viewer } from '../src/identity/viewer.js'
import { findDatasets } from '../src/search/find-datasets.js'
import { checkIndex } from '../src/search/keep/check.js'
import { askForRebuild, stepRebuild } from '../src/search/keep/rebuild.js'
import { tellChanges } from '../src/search/keep/update.js'
import { PostgresIndex } from '../src/search/postgres/postgres-index.js'
import { datasetOf, mistyped, questionOf, random, themes } from './search-data.js'
import { machine } from './support.js'

const datasets = Number(process.argv[2] ?? 100_000)
const spokes = 33
const questions = 400
const log = { info: () => undefined, warn: console.warn, error: console.error }

const folder = await mkdtemp(join(tmpdir(), 'dials-bench-'))
const database = await openDatabase({ dataFolder: folder, log })
try {
  const { knex } = database
  await migrate(knex)
  const ids = Array.from({ length: spokes }, (_, index) => `spoke-${index}`)
  await syncConfigured(
    knex,
    ids.map((id, index) => ({ id, title: id, connector: 'none', organisation: { id: `organisation-${index}`, name: `Borough ${index}` } })),
  )
  for (const [index, spokeId] of ids.entries()) {
    const source = {
      async *harvest(): AsyncGenerator<CatalogueEvent> {
        for (let n = index; n < datasets; n += spokes) yield { kind: 'dataset', dataset: datasetOf(n) }
        yield { kind: 'complete' }
      },
    }
    const run = await harvestSpoke({ knex, spokeId, source, signal: new AbortController().signal, log })
    if (run.status !== 'COMPLETE') throw new Error(JSON.stringify(run))
  }
  const index = new PostgresIndex(knex)
  console.log(`${machine()}; ${datasets.toLocaleString('en-GB')} datasets of ${spokes} spokes`)

  const before = heapUsed()
  const indexed = await seconds(async () => {
    while ((await tellChanges(knex, index)) > 0);
  })
  console.log(
    `indexed             ${Math.round(datasets / indexed).toLocaleString('en-GB')} datasets/s (wanted 2,000); heap ${Math.round((heapUsed() - before) / 1e6)} MB more`,
  )
  const checked = await seconds(async () => {
    const { differing } = await checkIndex(knex, index)
    if (differing !== 0) throw new Error(`${differing} differ`)
  })
  console.log(`compared            ${Math.round(datasets / checked).toLocaleString('en-GB')} datasets/s`)
  const rebuilt = await seconds(async () => {
    await askForRebuild(knex, index)
    while ((await stepRebuild(knex, index)) === 'more');
  })
  // PostgreSQL would do this itself a minute later, while the searches are timed.
  await knex.raw('vacuum analyze')
  console.log(`built anew          ${Math.round(datasets / rebuilt).toLocaleString('en-GB')} datasets/s`)

  const graph = createGraphServer(new Operations(await createSchema(), log), log)
  const memory = new CatalogueMemory(knex)
  const viewer: Viewer = { subject: 'bench', organisation: 'organisation-1', scopes: [] }
  let atResolver = 0
  const search = {
    find: async (...given: [Viewer, Parameters<typeof findDatasets>[2], AbortSignal]) => {
      const started = performance.now()
      const page = await findDatasets({ knex, index }, ...given)
      atResolver = performance.now() - started
      return page
    },
  }
  const query = `query ($text: String!, $filter: SearchFilter, $facets: [SearchFacet!]) {
    search(text: $text, filter: $filter, facets: $facets) { totalCount facets { facet values { value count } } nodes { score dataset { id title } } } }`
  const ask = async (variables: Record<string, unknown>): Promise<Asked> => {
    const context = {
      viewer,
      knex,
      search,
      loaders: await memory.loadersFor(viewer),
      results: new Results(),
      query: { signal: new AbortController().signal },
    }
    const { body } = await graph.executeOperation<{ search: { totalCount: number } | null }>(
      { query, variables },
      { contextValue: context as unknown as Context },
    )
    if (body.kind !== 'single' || !body.singleResult.data?.search) throw new Error(JSON.stringify(body))
    return { found: body.singleResult.data.search.totalCount, atResolver }
  }

  const next = random(7)
  const facets = ['SPOKE', 'THEME', 'FORMAT']
  const filters = [
    () => ({ themes: [themes[Math.floor(next() * themes.length)]] }),
    () => ({ spokes: [`spoke-${Math.floor(next() * spokes)}`] }),
    () => ({ formats: ['geojson'] }),
    () => ({ modifiedAfter: '2024-01-01T00:00:00Z' }),
    () => ({ semanticTypes: ['UPRN'] }),
  ]
  await time('words, facets, filter', '10 and 40', (n) => ask({ text: questionOf(next), facets, filter: filters[n % filters.length]?.() }))
  await time('words alone', '-', () => ask({ text: questionOf(next) }))
  await time('words, facets', '-', () => ask({ text: questionOf(next), facets }))
  await time('mistyped, facets', '20', () => ask({ text: mistyped(questionOf(next), next), facets }))
  await time('no text, filter, facets', '-', (n) => ask({ text: '', facets, filter: filters[n % 2]?.() }))
  await time('no text, facets', '-', () => ask({ text: '', facets }), 20)
  console.log(`heap                ${Math.round((heapUsed() - before) / 1e6)} MB more than before the index`)
} finally {
  await database.close()
  await rm(folder, { recursive: true, force: true })
}

/** Bytes of the heap in use. With --expose-gc, without garbage that is not collected yet. */
function heapUsed(): number {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now()
  await work()
  return (performance.now() - started) / 1000
}

/**
 * @property found documents
 * @property atResolver milliseconds of the field `search`, without loading the datasets of its nodes and without GraphQL
 */
interface Asked {
  readonly found: number
  readonly atResolver: number
}

async function time(what: string, wanted: string, ask: (n: number) => Promise<Asked>, count = questions): Promise<void> {
  const [whole, resolver, totals]: [number[], number[], number[]] = [[], [], []]
  for (let n = 0; n < count + 10; n += 1) {
    const started = performance.now()
    const { found, atResolver } = await ask(n)
    if (n < 10) continue
    whole.push(performance.now() - started)
    resolver.push(atResolver)
    totals.push(found)
  }
  const at = (list: number[], share: number) => [...list].sort((a, b) => a - b)[Math.floor(share * (list.length - 1))] ?? 0
  const both = (list: number[]) => `p50 ${at(list, 0.5).toFixed(1)} ms, p95 ${at(list, 0.95).toFixed(1)} ms`
  const none = totals.filter((total) => total === 0).length
  console.log(
    `${what.padEnd(24)} at the resolver ${both(resolver)} (wanted ${wanted}), the whole operation ${both(whole)}; found p50 ${at(totals, 0.5)}, most ${at(totals, 1)}, nothing ${none} of ${count}`,
  )
}

/**
 * How fast a large catalogue is harvested: 100,000 generated datasets, then the same datasets unchanged. In the baseline, PostgreSQL
 * inserts the same rows itself. `NODE_ENV=production tsx bench/harvest.ts [datasets]`
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Knex } from 'knex'
import { harvestSpoke } from '../src/catalogue/harvest-spoke.js'
import { syncConfigured } from '../src/catalogue/sync-configured.js'
import type { CatalogueEvent, DatasetDescription } from '../src/connector/catalogue.js'
import type { Source } from '../src/connector/source.js'
import { migrate } from '../src/database/migrate.js'
import { openDatabase } from '../src/database/open-database.js'
import { machine } from './support.js'

const datasets = Number(process.argv[2] ?? 100_000)
const log = { info: () => undefined, warn: console.warn, error: console.error }
const mb = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MB`

/** A dataset as a portal reports it: two files, one table of eight columns, about 2 KB of JSON. */
function generated(n: number): DatasetDescription {
  const columns = ['id', 'name', 'postcode', 'ward', 'opened', 'amount', 'latitude', 'longitude']
  return {
    id: `dataset-${n}`,
    title: `Dataset ${n} of the borough`,
    description: `What is known of subject ${n}. `.repeat(12),
    licence: { title: 'Open Government Licence v3.0', url: 'https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/' },
    themes: ['environment', `theme-${n % 17}`],
    keywords: ['borough', `keyword-${n % 101}`, `keyword-${n % 13}`],
    access: 'OPEN',
    sharedWith: [],
    listing: 'PUBLIC',
    issued: '2020-01-02T03:04:05Z',
    modified: '2026-05-06T07:08:09Z',
    landingPage: `https://data.borough.example/dataset/${n}`,
    distributions: ['csv', 'geojson'].map((format) => ({
      id: format,
      title: `As ${format}`,
      format,
      downloadUrl: `https://data.borough.example/dataset/${n}.${format}`,
      byteSize: 1000 + n,
    })),
    tables: [
      {
        id: 'table',
        name: 'table',
        title: `Table of ${n}`,
        rowCount: n,
        version: `v${n}`,
        problems: [],
        columns: columns.map((name) => ({ name, title: name, type: 'STRING' as const, nullable: true, sensitivity: 'NONE' as const })),
      },
    ],
  }
}

const source: Pick<Source, 'harvest'> = {
  async *harvest(): AsyncGenerator<CatalogueEvent> {
    for (let n = 0; n < datasets; n += 1) yield { kind: 'dataset', dataset: generated(n) }
    yield { kind: 'complete' }
  },
}

interface Measured {
  readonly seconds: number
  readonly rssMax: number
}

async function measure(work: () => Promise<unknown>): Promise<Measured> {
  let rssMax = 0
  const look = () => (rssMax = Math.max(rssMax, process.memoryUsage.rss()))
  const timer = setInterval(look, 50)
  const started = performance.now()
  await work()
  look()
  clearInterval(timer)
  return { seconds: (performance.now() - started) / 1000, rssMax }
}

const harvest = (knex: Knex, expected: 'created' | 'unchanged') =>
  measure(async () => {
    const run = await harvestSpoke({ knex, spokeId: 'borough', source, signal: new AbortController().signal, log })
    if (run.status !== 'COMPLETE' || run[expected] !== datasets) throw new Error(JSON.stringify(run))
  })

/** Inserts the same rows into tables with the same indexes, inside the server. */
async function bareInsert(knex: Knex): Promise<Measured> {
  const tables = ['datasets', 'distributions', 'tables', 'columns']
  for (const table of tables) await knex.raw(`create table floor_${table} (like ${table} including all)`)
  return measure(async () => {
    for (const table of tables) await knex.raw(`insert into floor_${table} select * from ${table}`)
  })
}

const rate = (seconds: number) => `${seconds.toFixed(1)} s, ${Math.round(datasets / seconds).toLocaleString('en-GB')} a second`

const folder = await mkdtemp(join(tmpdir(), 'seven-dials-bench-'))
const database = await openDatabase({ dataFolder: folder, log })
try {
  const { knex } = database
  await migrate(knex)
  await syncConfigured(knex, [
    { id: 'borough', title: 'Borough', organisation: { id: 'borough', name: 'Borough' }, connector: 'generated' },
  ])
  const generation = await measure(async () => {
    for (let n = 0; n < datasets; n += 1) JSON.stringify(generated(n))
  })
  const first = await harvest(knex, 'created')
  const second = await harvest(knex, 'unchanged')
  const third = await harvest(knex, 'unchanged')
  const bare = await bareInsert(knex)
  console.log(`${datasets.toLocaleString('en-GB')} datasets, ${machine()}`)
  console.log(`first harvest    ${rate(first.seconds)}, at most ${mb(first.rssMax)} resident`)
  console.log(
    `unchanged        ${rate(second.seconds)}, at most ${mb(second.rssMax)} resident: ${(first.seconds / second.seconds).toFixed(1)} times as fast`,
  )
  console.log(
    `unchanged again  ${rate(third.seconds)}, at most ${mb(third.rssMax)} resident: ${(first.seconds / third.seconds).toFixed(1)} times as fast`,
  )
  console.log(`bare INSERT      ${rate(bare.seconds)} (the same rows and indexes, by the server alone)`)
  console.log(`generating them  ${generation.seconds.toFixed(1)} s, part of each harvest`)
} finally {
  await database.close()
  await rm(folder, { recursive: true, force: true })
}

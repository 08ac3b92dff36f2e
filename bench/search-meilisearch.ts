/**
 * How long a search over Meilisearch takes, beside the server's own processing time and one round trip. Needs MEILI_URL, and MEILI_KEY
 * where the server has keys. Removes its index afterwards. `NODE_ENV=production tsx bench/search-meilisearch.ts [datasets]`
 */
import { randomUUID } from 'node:crypto'
import { Meilisearch } from 'meilisearch'
import { MeilisearchIndex } from '../src/search/meilisearch/meilisearch-index.js'
import { everybody, type SearchDocument } from '../src/search/port.js'
import { keywordsOf, themesOf } from '../src/search/vocabulary/themes.js'
import { datasetOf, questionOf, random, themes } from './search-data.js'
import { machine } from './support.js'

const { MEILI_URL: url, MEILI_KEY: key } = process.env
const datasets = Number(process.argv[2] ?? 20_000)
const questions = 200
const spokes = Array.from({ length: 33 }, (_, number) => `spoke-${number}`)
const log = { info: () => undefined, warn: console.warn, error: console.error }

function documentOf(number: number): SearchDocument {
  const { title, description, keywords, themes: own, access, modified, distributions, tables, licence } = datasetOf(number)
  const spoke = spokes[number % spokes.length] as string
  return {
    id: `${spoke}/dataset-${number}`,
    title,
    description: description ?? null,
    keywords: keywordsOf(keywords ?? []),
    themes: themesOf(own ?? [], keywords ?? []),
    columns: tables.flatMap(({ columns }) => columns.map(({ name }) => name)),
    semanticTypes: [],
    spoke,
    organisation: spoke,
    organisationName: spoke,
    formats: distributions.flatMap(({ format }) => format ?? []),
    licence: licence?.id ?? null,
    access,
    hasTables: true,
    modified: Date.parse(modified ?? ''),
    audiences: access === 'OPEN' ? [everybody] : ['organisation-1'],
    digest: String(number),
  }
}

if (url === undefined || url === '') console.log('MEILI_URL is not set: nothing was measured over Meilisearch')
else await measure(url)

async function measure(host: string): Promise<void> {
  const prefix = `seven-dials-bench-${randomUUID()}-`
  const client = new Meilisearch({ host, ...(key === undefined ? {} : { apiKey: key }) })
  const index = new MeilisearchIndex({ url: host, prefix, log, ...(key === undefined ? {} : { key }) })
  try {
    await index.prepare()
    const started = performance.now()
    for (let from = 0; from < datasets; from += 1_000)
      await index.write(
        Array.from({ length: Math.min(1_000, datasets - from) }, (_, number) => documentOf(from + number)),
        [],
      )
    console.log(
      `${machine()}; ${datasets.toLocaleString('en-GB')} datasets; indexed ${Math.round((1000 * datasets) / (performance.now() - started)).toLocaleString('en-GB')} datasets/s`,
    )
    await searches(host, index)
  } finally {
    for (const name of ['datasets', 'datasets-rebuild']) await client.deleteIndexIfExists(`${prefix}${name}`)
  }
}

/** Measures each search here, and collects the processing time that the server reports. */
async function searches(host: string, index: MeilisearchIndex): Promise<void> {
  const next = random(7)
  const shares: number[] = []
  const [all, own, trips]: [number[], number[], number[]] = [[], [], []]
  const answers = globalThis.fetch
  let processing = 0
  globalThis.fetch = async (...given) => {
    const answer = await answers(...given)
    const { results } = (await answer.clone().json()) as { results?: { processingTimeMs: number }[] }
    processing += (results ?? []).reduce((sum, { processingTimeMs }) => sum + processingTimeMs, 0)
    return answer
  }
  for (let number = 0; number < questions + 10; number += 1) {
    let started = performance.now()
    await (await answers(`${host}/health`)).text()
    const trip = performance.now() - started
    processing = 0
    started = performance.now()
    await index.search(
      {
        text: questionOf(next),
        conditions: number % 2 === 0 ? {} : { themes: [themes[number % themes.length] as string] },
        facets: ['SPOKE', 'THEME', 'FORMAT'],
        sort: 'RELEVANCE',
        first: 20,
        audiences: [everybody],
        spokes,
        except: [],
      },
      new AbortController().signal,
    )
    const took = performance.now() - started
    if (number < 10) continue
    all.push(took)
    own.push(processing)
    trips.push(trip)
    // The server reports whole milliseconds.
    shares.push((took - trip) / Math.max(1, processing))
  }
  const at = (list: number[], share: number) => [...list].sort((a, b) => a - b)[Math.floor(share * (list.length - 1))] ?? 0
  console.log(
    `a search p50 ${at(all, 0.5).toFixed(1)} ms, p95 ${at(all, 0.95).toFixed(1)} ms; the server's own p50 ${at(own, 0.5)} ms, p95 ${at(own, 0.95)} ms; a round trip p50 ${at(trips, 0.5).toFixed(1)} ms`,
  )
  console.log(
    `without the round trip, times the server's own: p50 ${at(shares, 0.5).toFixed(2)}, p95 ${at(shares, 0.95).toFixed(2)} (wanted 1.5)`,
  )
}

/** How good the first ten hits of PostgreSQL's search are, by judged queries over a generated catalogue. `tsx bench/relevance.ts` */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '../src/database/migrate.js'
import { openDatabase } from '../src/database/open-database.js'
import { PostgresIndex } from '../src/search/postgres/postgres-index.js'
import { generatedCatalogue } from '../test/search/relevance/generated/generated-catalogue.js'
import { generatedQueries } from '../test/search/relevance/generated/generated-queries.js'
import { measure } from '../test/search/relevance/measure.js'

const folder = await mkdtemp(join(tmpdir(), 'dials-bench-'))
const database = await openDatabase({ dataFolder: folder, log: { info: () => undefined, warn: console.warn, error: console.error } })
try {
  await migrate(database.knex)
  const generated = generatedCatalogue()
  const documents = generated.map(({ document }) => document)
  const index = new PostgresIndex(database.knex)
  await index.write(documents, [])
  console.log((await measure('PostgreSQL over a generated catalogue', index, documents, generatedQueries(generated))).text)
} finally {
  await database.close()
  await rm(folder, { recursive: true, force: true })
}

import { SearchKeeper } from '../../search/keep/search-keeper.js'
import { MeilisearchIndex } from '../../search/meilisearch/meilisearch-index.js'
import type { SearchIndex } from '../../search/port.js'
import { PostgresIndex } from '../../search/postgres/postgres-index.js'
import { createSearch, type Search } from '../../search/search.js'
import type { HubDatabase } from './database.js'
import type { HubStart } from './options.js'

/** Search, and what keeps its index up to date with the catalogue once `keeper.start` is called. */
export interface HubSearch {
  readonly search: Search
  readonly keeper: SearchKeeper
}

/** Opens the index: in Meilisearch if the environment names a server, else in the database. */
export async function openSearch(start: HubStart, { knex, queueConnection }: HubDatabase): Promise<HubSearch> {
  const { log, undo } = start
  const index = indexOf(start, { knex, queueConnection })
  undo.add(() => index.close())
  const keeper = await SearchKeeper.open({ knex, index, connection: queueConnection, log })
  undo.add(() => keeper.stop())
  return { search: createSearch(knex, index, keeper), keeper }
}

function indexOf({ config, environment, log }: HubStart, { knex }: HubDatabase): SearchIndex {
  const { meilisearch } = environment
  if (meilisearch === undefined) return new PostgresIndex(knex)
  return new MeilisearchIndex({
    url: meilisearch.url,
    log,
    ...(meilisearch.key === undefined ? {} : { key: meilisearch.key }),
    ...(config.searchPrefix === undefined ? {} : { prefix: config.searchPrefix }),
  })
}

import { PostgresIndex } from '../../src/search/postgres/postgres-index.js'
import { freshDatabase } from '../support/postgres.js'
import { describeSearchIndex } from './index-contract.js'

describeSearchIndex('the index that PostgreSQL keeps', async () => {
  const database = await freshDatabase()
  return { index: new PostgresIndex(database.knex), close: () => database.drop() }
})

import type { Knex } from 'knex'
import { forgetChanges, nextChanges } from '../outbox.js'
import type { SearchIndex } from '../port.js'
import { readAhead } from './read-ahead.js'

/** Changes that are told at once. */
const changesAtOnce = 4_000

/**
 * Tells the index of some changes of the catalogue, the oldest first: what each dataset is now, whatever it was when it changed. Killed
 * anywhere, it tells them again.
 * @returns how many
 */
export async function tellChanges(knex: Knex, index: SearchIndex): Promise<number> {
  const changes = await nextChanges(knex, changesAtOnce)
  if (changes.length === 0) return 0
  for await (const { ids, documents } of readAhead(knex, [...new Set(changes.map(({ datasetId }) => datasetId))])) {
    const found = new Set(documents.map(({ id }) => id))
    await index.write(
      documents,
      ids.filter((id) => !found.has(id)),
    )
  }
  await forgetChanges(knex, changes)
  return changes.length
}

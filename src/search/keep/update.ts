import type { Knex } from 'knex'
import { forgetChanges, nextChanges } from '../outbox.js'
import type { SearchIndex } from '../port.js'
import { readAhead } from './read-ahead.js'

/** Changes handled at once. */
const changesAtOnce = 4_000

/**
 * Applies the oldest changes of the catalogue to the index: each dataset as it is now, whatever it was when it changed. If killed, it
 * applies them again.
 * @returns how many changes
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

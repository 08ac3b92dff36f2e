import type { Knex } from 'knex'
import { readDocuments } from '../documents.js'
import { forgetChanges, nextChanges } from '../outbox.js'
import type { SearchIndex } from '../port.js'

/** Changes that are told at once. */
const changesAtOnce = 1_000

/**
 * Tells the index of some changes of the catalogue, the oldest first: what each dataset is now, whatever it was when it changed. Killed anywhere, it
 * tells them again.
 * @returns how many
 */
export async function tellChanges(knex: Knex, index: SearchIndex): Promise<number> {
  const changes = await nextChanges(knex, changesAtOnce)
  if (changes.length === 0) return 0
  const ids = [...new Set(changes.map(({ datasetId }) => datasetId))]
  const documents = await readDocuments(knex, ids)
  const found = new Set(documents.map(({ id }) => id))
  await index.write(documents, ids.filter((id) => !found.has(id)))
  await forgetChanges(knex, changes)
  return changes.length
}

import type { Knex } from 'knex'
import { fingerprintsBetween } from '../documents.js'
import { addChanges } from '../outbox.js'
import type { Fingerprint, SearchIndex } from '../port.js'

/** The result of a comparison. @property differing the number of ids that the index lacks, holds in another form, or should not hold */
export interface Checked {
  readonly documents: number
  readonly differing: number
}

/**
 * Compares the index with the catalogue, document by document, and has each that differs indexed again. Holds one page of either in memory.
 */
export async function checkIndex(knex: Knex, index: SearchIndex): Promise<Checked> {
  let [after, documents, differing] = ['', 0, 0]
  const compare = async (page: readonly Fingerprint[], until: string | undefined) => {
    const wanted = new Map((await fingerprintsBetween(knex, after, until)).map(({ id, digest }) => [id, digest]))
    const had = new Map(page.map(({ id, digest }) => [id, digest]))
    const wrong = [...new Set([...wanted.keys(), ...had.keys()])].filter((id) => wanted.get(id) !== had.get(id))
    if (wrong.length > 0) await addChanges(knex, wrong)
    documents += page.length
    differing += wrong.length
    after = until ?? after
  }
  for await (const page of index.fingerprints()) {
    const last = page.at(-1)
    if (last !== undefined) await compare(page, last.id)
  }
  await compare([], undefined)
  return { documents, differing }
}

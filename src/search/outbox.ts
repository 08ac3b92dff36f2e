import type { Knex } from 'knex'
import { prepared } from '../database/prepared.js'

/** A change of the catalogue that is not in the index yet. A dataset may have several. */
interface Change {
  readonly seq: number
  readonly datasetId: string
}

/** The oldest changes, up to a limit. */
export async function nextChanges(knex: Knex, limit: number): Promise<Change[]> {
  return knex('search_outbox').orderBy('seq').limit(limit).select({ seq: 'seq', datasetId: 'dataset_id' })
}

/** Deletes exactly these, because one with a lower number may have been committed meanwhile. */
export async function forgetChanges(knex: Knex, changes: readonly Change[]): Promise<void> {
  await knex.raw('delete from search_outbox where seq = any(?)', [changes.map(({ seq }) => seq)])
}

/** Has these datasets indexed again. */
export async function addChanges(knex: Knex, ids: readonly string[]): Promise<void> {
  await knex.raw('insert into search_outbox (dataset_id, hides) select id, false from unnest(?::text[]) as t (id)', [[...ids]])
}

/** The number of changes that are not in the index yet. */
export async function countChanges(knex: Knex): Promise<number> {
  const { rows } = (await knex.raw('select count(*) as count from search_outbox')) as { rows: [{ count: number }] }
  return rows[0].count
}

/** What must not be found now, whatever the index holds. @property except at most so many ids, and one more if there are more */
export interface Unfindable {
  readonly spokes: string[]
  readonly except: string[]
}

/** The configured spokes, and the datasets to hide until the index is up to date. */
export async function unfindable(knex: Knex, exceptMax: number): Promise<Unfindable> {
  const { rows } = (await prepared(
    knex.raw(
      `select array(select id from spokes where configured) as spokes, array(select distinct dataset_id from search_outbox where hides limit ?) as except`,
      [exceptMax + 1],
    ),
  )) as { rows: [Unfindable] }
  return rows[0]
}

import type { Knex } from 'knex'
import { countFindable, idsAfter } from '../documents.js'
import type { SearchIndex } from '../port.js'
import { readAhead } from './read-ahead.js'

/** Datasets that one step writes; between two steps the live index is updated. */
const stepSize = 4_000

/** The latest rebuild of an index. Under way while `endedAt` is null. */
export interface Rebuild {
  readonly startedAt: Date
  readonly endedAt: Date | null
  readonly written: number
  /** The number of datasets when it began. */
  readonly total: number
  /** Why it was given up; for operators. */
  readonly error: string | null
}

const selection = { startedAt: 'started_at', endedAt: 'ended_at', written: 'written', total: 'total', error: 'error' }

/** The latest rebuild of an index, or undefined. */
export async function latestRebuild(knex: Knex, index: SearchIndex): Promise<Rebuild | undefined> {
  return knex('search_rebuilds').where({ index_name: index.name }).first(selection) as Promise<Rebuild | undefined>
}

/** Requests a rebuild, unless one is under way. A job begins it. */
export async function askForRebuild(knex: Knex, index: SearchIndex): Promise<void> {
  await knex.raw(
    `insert into search_rebuilds (index_name, started_at, total) values (?, now(), ?)
     on conflict (index_name) do update set started_at = now(), ended_at = null, after_id = '', written = 0, total = excluded.total, error = null
     where search_rebuilds.ended_at is not null`,
    [index.name, await countFindable(knex)],
  )
}

/**
 * One step of a rebuild: begins it, fills a piece, or ends it. If killed, the step is repeated and overwrites what it had written.
 * @returns whether more steps follow; `none` if no rebuild was requested
 */
export async function stepRebuild(knex: Knex, index: SearchIndex): Promise<'more' | 'done' | 'none'> {
  const rebuild = await knex('search_rebuilds')
    .where({ index_name: index.name })
    .whereNull('ended_at')
    .first<{ after: string; written: number } | undefined>({ after: 'after_id', written: 'written' })
  if (rebuild === undefined) return 'none'
  if (rebuild.after === '') await index.beginRebuild()
  const ids = await idsAfter(knex, rebuild.after, stepSize)
  if (ids.length > 0) {
    for await (const { documents } of readAhead(knex, ids)) await index.fill(documents)
    await knex('search_rebuilds')
      .where({ index_name: index.name })
      .update({ after_id: ids.at(-1), written: rebuild.written + ids.length })
    return 'more'
  }
  await index.endRebuild()
  await endRebuild(knex, index, null)
  return 'done'
}

/** The live index stays as it is. */
export async function failRebuild(knex: Knex, index: SearchIndex, error: string): Promise<void> {
  await index.dropRebuild().catch(() => undefined)
  await endRebuild(knex, index, error)
}

async function endRebuild(knex: Knex, index: SearchIndex, error: string | null): Promise<void> {
  await knex('search_rebuilds').where({ index_name: index.name }).whereNull('ended_at').update({ ended_at: knex.fn.now(), error })
}

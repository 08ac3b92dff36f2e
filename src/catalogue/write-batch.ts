import type { Knex } from 'knex'
import { countInRun, fenceRun, type Run } from './harvest-run.js'
import type { Problem, Shown } from './judge-event.js'
import { idOf, replaceDatasets } from './replace-datasets.js'

/** Of a run's problems these many are kept; the rest are only counted. */
const problemsMax = 1000

/** What is written in one transaction. */
export interface Batch {
  shown: Shown[]
  problems: Problem[]
}

/**
 * Writes what a source has shown since the last batch, in one transaction: a reader sees a dataset with all of its tables, or as it was.
 * A dataset that PostgreSQL cannot hold (a year 0, say) is taken out as a problem; the others of its batch are written.
 */
export async function writeBatch(knex: Knex, run: Run, batch: Batch): Promise<void> {
  try {
    await knex.transaction((transaction) => write(transaction, run, batch))
  } catch (error) {
    if (!isDataError(error) || batch.shown.length === 0) throw error
    const [only, ...others] = batch.shown
    if (only !== undefined && others.length === 0) {
      const told = { sourceId: only.description.id, message: `A value in it is outside what the catalogue can hold (${error.code}).`, listed: false }
      return writeBatch(knex, run, { shown: [], problems: [...batch.problems, told] })
    }
    const middle = Math.ceil(batch.shown.length / 2)
    await writeBatch(knex, run, { shown: batch.shown.slice(0, middle), problems: batch.problems })
    await writeBatch(knex, run, { shown: batch.shown.slice(middle), problems: [] })
  }
}

/** SQLSTATE classes 22 (data exception) and 23 (constraint): the data's fault, not the server's. */
const isDataError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code))

async function write(transaction: Knex.Transaction, run: Run, { shown, problems }: Batch): Promise<void> {
  await fenceRun(transaction, run.id)
  const { fresh, changed, same, twice } = await compare(transaction, run, shown)
  await transaction.raw('update datasets set seen_by = ?, last_seen = now() where id = any(?)', [run.id, same.map((one) => idOf(run.spokeId, one))])
  const written = [...fresh, ...changed]
  if (written.length > 0) await replaceDatasets(transaction, run, written)
  const repeats = twice.map(({ description }) => ({ sourceId: description.id, message: 'It was shown twice; the first one counts.', listed: false }))
  const told = [...problems, ...repeats]
  if (told.length > 0) await tell(transaction, run, told)
  await countInRun(transaction, run.id, { created: fresh.length, updated: changed.length, unchanged: same.length, failed: told.length })
}

async function compare(transaction: Knex.Transaction, run: Run, shown: readonly Shown[]) {
  const rows = await transaction('datasets')
    .whereRaw('id = any(?)', [shown.map((one) => idOf(run.spokeId, one))])
    .select<{ id: string; hash: string; status: string; seen_by: number }[]>('id', 'hash', 'status', 'seen_by')
  const known = new Map(rows.map((row) => [row.id, row]))
  const seen = new Set<string>()
  const sorted = { fresh: [] as Shown[], changed: [] as Shown[], same: [] as Shown[], twice: [] as Shown[] }
  for (const one of shown) {
    const id = idOf(run.spokeId, one)
    const before = known.get(id)
    if (seen.has(id) || before?.seen_by === run.id) sorted.twice.push(one)
    else if (before === undefined) sorted.fresh.push(one)
    else if (before.hash === one.hash && before.status === 'ACTIVE') sorted.same.push(one)
    else sorted.changed.push(one)
    seen.add(id)
  }
  return sorted
}

/** Writes problems down, and keeps the datasets that they name from looking deleted. */
async function tell(transaction: Knex.Transaction, run: Run, problems: readonly Problem[]): Promise<void> {
  await transaction.raw(
    `insert into harvest_problems (run_id, position, source_id, message, listed)
     select ?, told + (n - 1), problem ->> 'sourceId', problem ->> 'message', (problem ->> 'listed')::boolean
     from json_array_elements(?::json) with ordinality as p (problem, n), (select count(*) as told from harvest_problems where run_id = ?)
     where told + n <= ?`,
    [run.id, JSON.stringify(problems), run.id, problemsMax],
  )
  // `libraries/libraries` is about the dataset `libraries`.
  const named = problems.flatMap(({ sourceId }) => (sourceId === undefined ? [] : [`${run.spokeId}/${sourceId.split('/', 1)[0]}`]))
  await transaction.raw('update datasets set kept_by = ? where id = any(?)', [run.id, named])
}

import type { Knex } from 'knex'
import type { Access, Listing } from '../connector/catalogue.js'
import type { Batch } from './batch.js'
import { countInRun, fenceRun, type ListedCounts, type Run } from './harvest-run.js'
import type { Problem, Shown } from './judge-event.js'
import { idOf, replaceDatasets } from './replace-datasets.js'
import type { DatasetStatus } from './rows.js'
import { isListedToAll } from './visibility.js'

/** So many problems of a run are stored; the rest are only counted. */
const problemsMax = 1000

/** The contents of one transaction. */
type Written = Readonly<Pick<Batch, 'shown' | 'problems' | 'removed'>>

/**
 * Writes a batch in one transaction, so that a reader sees a dataset with all of its tables, or as it was. A dataset that PostgreSQL cannot
 * store (with a year 0, say) becomes a problem; the batch is halved until that dataset is found, and the others are written.
 */
export async function writeBatch(knex: Knex, run: Run, batch: Written): Promise<void> {
  try {
    const { same, repeated } = await knex.transaction((transaction) => write(transaction, run, batch))
    for (const number of same) run.unchanged.add(number)
    run.repeated += repeated
  } catch (error) {
    if (!isDataError(error) || batch.shown.length === 0) throw error
    const [only, ...others] = batch.shown
    if (only !== undefined && others.length === 0) {
      const unstorable = {
        sourceId: only.description.id,
        message: `A value in it is outside what the catalogue can hold (${error.code}).`,
        listed: false,
      }
      return writeBatch(knex, run, { ...batch, shown: [], problems: [...batch.problems, unstorable] })
    }
    const middle = Math.ceil(batch.shown.length / 2)
    await writeBatch(knex, run, { ...batch, shown: batch.shown.slice(0, middle) })
    await writeBatch(knex, run, { shown: batch.shown.slice(middle), problems: [], removed: [] })
  }
}

/** SQLSTATE classes 22 (data exception) and 23 (constraint violation): the data is at fault, not the server. */
const isDataError = (error: unknown): error is Error & { code: string } =>
  error instanceof Error && 'code' in error && /^2[23]/.test(String(error.code))

/** Returns the numbers of the unchanged datasets, and how many came more than once. */
async function write(
  transaction: Knex.Transaction,
  run: Run,
  { shown, problems, removed }: Written,
): Promise<{ same: number[]; repeated: number }> {
  await fenceRun(transaction, run.id)
  const { fresh, changed, same, twice, listed } = await compare(transaction, run, shown)
  if (fresh.length + changed.length > 0) await replaceDatasets(transaction, run, fresh, changed)
  const repeats = twice.map(({ description }) => ({
    sourceId: description.id,
    message: 'It came twice; the first one counts.',
    listed: false,
  }))
  const all = [...problems, ...repeats]
  if (all.length > 0) await storeProblems(transaction, run, all)
  if (removed.length > 0) {
    await transaction.raw('update datasets set removed_by = ? where id = any(?)', [
      run.id,
      removed.map((sourceId) => `${run.spokeId}/${sourceId}`),
    ])
  }
  const counts = { created: fresh.length, updated: changed.length, unchanged: same.length, failed: all.length }
  await countInRun(transaction, run.id, counts, listed)
  return { same, repeated: twice.length }
}

interface Known {
  id: string
  hash: string
  status: DatasetStatus
  seen_by: number
  number: number
  access: Access
  listing: Listing
}

async function compare(transaction: Knex.Transaction, run: Run, shown: readonly Shown[]) {
  const rows = await transaction('datasets')
    .whereRaw('id = any(?)', [shown.map((one) => idOf(run.spokeId, one))])
    .select<Known[]>('id', 'hash', 'status', 'seen_by', 'number', 'access', 'listing')
  const known = new Map(rows.map((row) => [row.id, row]))
  const seen = new Set<string>()
  const sorted = { fresh: [] as Shown[], changed: [] as Shown[], same: [] as number[], twice: [] as Shown[] }
  const listed = { created: 0, updated: 0, unchanged: 0, removed: 0 }
  for (const one of shown) {
    const id = idOf(run.spokeId, one)
    const before = known.get(id)
    if (seen.has(id) || before?.seen_by === run.id || (before !== undefined && run.unchanged.has(before.number))) sorted.twice.push(one)
    else {
      if (before === undefined) sorted.fresh.push(one)
      else if (isSame(before, one)) sorted.same.push(before.number)
      else sorted.changed.push(one)
      const change = listedChange(before, one)
      if (change !== undefined) listed[change] += 1
    }
    seen.add(id)
  }
  return { ...sorted, listed }
}

const isSame = ({ hash, status }: Known, shown: Shown) => hash === shown.hash && status === 'ACTIVE'

/** What happened to a dataset in the eyes of those who learn only of what is listed to everybody. */
function listedChange(before: Known | undefined, shown: Shown): keyof ListedCounts | undefined {
  const wasListed = before !== undefined && isListedToAll(before)
  if (!isListedToAll(shown.description)) return wasListed && before.status === 'ACTIVE' ? 'removed' : undefined
  if (!wasListed) return 'created'
  return isSame(before, shown) ? 'unchanged' : 'updated'
}

/** Stores problems, and marks the datasets that they name as kept, so that they are not removed. */
async function storeProblems(transaction: Knex.Transaction, run: Run, problems: readonly Problem[]): Promise<void> {
  await transaction.raw(
    `insert into harvest_problems (run_id, position, source_id, message, listed)
     select ?, stored + (n - 1), problem ->> 'sourceId', problem ->> 'message', (problem ->> 'listed')::boolean
     from json_array_elements(?::json) with ordinality as p (problem, n), (select count(*) as stored from harvest_problems where run_id = ?)
     where stored + n <= ?`,
    [run.id, JSON.stringify(problems), run.id, problemsMax],
  )
  // A problem with `libraries/libraries` is about the dataset `libraries`.
  const named = problems.flatMap(({ sourceId }) => (sourceId === undefined ? [] : [`${run.spokeId}/${sourceId.split('/', 1)[0]}`]))
  // The source still has the dataset, so its days of grace begin again.
  await transaction.raw(
    `update datasets set kept_by = ?, missing_since = case status when 'MISSING' then now() else missing_since end where id = any(?)`,
    [run.id, named],
  )
}

import type { Knex } from 'knex'
import type { DistributionDescription, TableDescription } from '../connector/catalogue.js'
import { countInRun, fenceRun } from './harvest-run.js'
import type { Problem, Shown } from './judge-event.js'

/** Of a run's problems these many are kept; the rest are only counted. */
const problemsMax = 1000

export interface Batch {
  shown: Shown[]
  problems: Problem[]
}

interface Run {
  readonly id: number
  readonly spokeId: string
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
      const told = { sourceId: only.description.id, message: `A value in it is outside what the catalogue can hold (${error.code}).` }
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
  await transaction.raw('update datasets set seen_by = ?, last_seen = now() where id = any(?)', [run.id, same.map((one) => idOf(run, one))])
  const written = [...fresh, ...changed]
  if (written.length > 0) await replace(transaction, run, written)
  const told = [...problems, ...twice.map(({ description }) => ({ sourceId: description.id, message: 'It was shown twice; the first one counts.' }))]
  if (told.length > 0) await tell(transaction, run, told)
  await countInRun(transaction, run.id, { created: fresh.length, updated: changed.length, unchanged: same.length, failed: told.length })
}

const idOf = (run: Run, { description }: Shown) => `${run.spokeId}/${description.id}`

async function compare(transaction: Knex.Transaction, run: Run, shown: readonly Shown[]) {
  const { rows } = (await transaction.raw('select id, hash, status, seen_by from datasets where id = any(?)', [shown.map((one) => idOf(run, one))])) as {
    rows: { id: string; hash: string; status: string; seen_by: number }[]
  }
  const known = new Map(rows.map((row) => [row.id, row]))
  const seen = new Set<string>()
  const sorted = { fresh: [] as Shown[], changed: [] as Shown[], same: [] as Shown[], twice: [] as Shown[] }
  for (const one of shown) {
    const id = idOf(run, one)
    const before = known.get(id)
    if (seen.has(id) || before?.seen_by === run.id) sorted.twice.push(one)
    else if (before === undefined) sorted.fresh.push(one)
    else if (before.hash === one.hash && before.status === 'ACTIVE') sorted.same.push(one)
    else sorted.changed.push(one)
    seen.add(id)
  }
  return sorted
}

/** The datasets as they are now; what they had before of tables and distributions goes. */
async function replace(transaction: Knex.Transaction, run: Run, written: readonly Shown[]): Promise<void> {
  const ids = written.map((one) => idOf(run, one))
  await transaction.raw('delete from tables where dataset_id = any(?)', [ids])
  await transaction.raw('delete from distributions where dataset_id = any(?)', [ids])
  await transaction.raw(
    `insert into datasets (id, spoke_id, title, description, licence, themes, keywords, access, shared_with, listing, issued, modified, frequency,
       landing_page, hash, status, first_seen, last_seen, updated_at, seen_by)
     select r.id, ?, title, description, licence, themes, keywords, access, "sharedWith", listing, issued, modified, frequency, "landingPage",
       hash, 'ACTIVE', now(), now(), now(), ?
     from json_to_recordset(?::json) as r (id text, title text, description text, licence jsonb, themes text[], keywords text[], access text,
       "sharedWith" text[], listing text, issued timestamptz, modified timestamptz, frequency text, "landingPage" text, hash text)
     on conflict (id) do update set title = excluded.title, description = excluded.description, licence = excluded.licence,
       themes = excluded.themes, keywords = excluded.keywords, access = excluded.access, shared_with = excluded.shared_with,
       listing = excluded.listing, issued = excluded.issued, modified = excluded.modified, frequency = excluded.frequency,
       landing_page = excluded.landing_page, hash = excluded.hash, status = 'ACTIVE', last_seen = now(),
       updated_at = case when datasets.hash = excluded.hash then datasets.updated_at else now() end, seen_by = excluded.seen_by`,
    [run.spokeId, run.id, JSON.stringify(written.map((one) => ({ ...one.description, id: idOf(run, one), hash: one.hash, distributions: undefined, tables: undefined })))],
  )
  await insertDistributions(transaction, written.flatMap((one) => one.description.distributions.map((part, position) => partOf(run, one, part, position))))
  await insertTables(transaction, written.flatMap((one) => one.description.tables.map((part, position) => partOf(run, one, part, position))))
}

type Placed<Part> = Part & { datasetId: string; position: number }

const partOf = <Part extends { id: string }>(run: Run, one: Shown, part: Part, position: number): Placed<Part> => {
  const datasetId = idOf(run, one)
  return { ...part, id: `${datasetId}/${part.id}`, datasetId, position }
}

async function insertDistributions(transaction: Knex.Transaction, distributions: readonly Placed<DistributionDescription>[]): Promise<void> {
  await transaction.raw(
    `insert into distributions (id, dataset_id, position, title, format, media_type, access_url, download_url, byte_size, checksum, modified)
     select id, "datasetId", position, title, format, "mediaType", "accessUrl", "downloadUrl", "byteSize", checksum, modified
     from json_to_recordset(?::json) as r (id text, "datasetId" text, position integer, title text, format text, "mediaType" text,
       "accessUrl" text, "downloadUrl" text, "byteSize" bigint, checksum text, modified timestamptz)`,
    [JSON.stringify(distributions)],
  )
}

async function insertTables(transaction: Knex.Transaction, tables: readonly Placed<TableDescription>[]): Promise<void> {
  await transaction.raw(
    `insert into tables (id, dataset_id, position, name, title, row_count, version, problems)
     select id, "datasetId", position, name, title, "rowCount", version, problems
     from json_to_recordset(?::json) as r (id text, "datasetId" text, position integer, name text, title text, "rowCount" bigint, version text,
       problems text[])`,
    [JSON.stringify(tables.map((table) => ({ ...table, columns: undefined })))],
  )
  await transaction.raw(
    `insert into columns (table_id, position, name, title, type, scale, semantic_type, nullable, description, unit, sensitivity)
     select "tableId", position, name, title, type, scale, "semanticType", nullable, description, unit, sensitivity
     from json_to_recordset(?::json) as r ("tableId" text, position integer, name text, title text, type text, scale smallint,
       "semanticType" text, nullable boolean, description text, unit text, sensitivity text)`,
    [JSON.stringify(tables.flatMap(({ id, columns }) => columns.map((column, position) => ({ ...column, tableId: id, position }))))],
  )
}

/** Writes problems down, and keeps the datasets that they name from looking deleted. */
async function tell(transaction: Knex.Transaction, run: Run, problems: readonly Problem[]): Promise<void> {
  await transaction.raw(
    `insert into harvest_problems (run_id, position, source_id, message)
     select ?, told + (n - 1), problem ->> 'sourceId', problem ->> 'message'
     from json_array_elements(?::json) with ordinality as p (problem, n), (select count(*) as told from harvest_problems where run_id = ?)
     where told + n <= ?`,
    [run.id, JSON.stringify(problems), run.id, problemsMax],
  )
  // `libraries/libraries` is about the dataset `libraries`.
  const named = problems.flatMap(({ sourceId }) => (sourceId === undefined ? [] : [`${run.spokeId}/${sourceId.split('/', 1)[0]}`]))
  await transaction.raw('update datasets set kept_by = ? where id = any(?)', [run.id, named])
}

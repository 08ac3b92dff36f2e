import type { Knex } from 'knex'
import type { DatasetDescription, DistributionDescription, TableDescription } from '../connector/catalogue.js'
import type { Run } from './harvest-run.js'
import type { Shown } from './judge-event.js'

/** `camden/libraries` */
export const idOf = (spokeId: string, { description }: Shown): string => `${spokeId}/${description.id}`

/** Writes new and changed datasets; replaces all tables and distributions of the changed ones. */
export async function replaceDatasets(
  transaction: Knex.Transaction,
  run: Run,
  fresh: readonly Shown[],
  changed: readonly Shown[],
): Promise<void> {
  const written = [...fresh, ...changed]
  if (changed.length > 0) {
    const ids = changed.map((one) => idOf(run.spokeId, one))
    await transaction.raw('delete from tables where dataset_id = any(?)', [ids])
    await transaction.raw('delete from distributions where dataset_id = any(?)', [ids])
  }
  await transaction.raw(
    `insert into datasets (id, spoke_id, title, description, licence, themes, keywords, access, shared_with, listing, issued, modified, frequency,
       landing_page, owner_reads_personal, hash, status, first_seen, last_seen, updated_at, seen_by, number)
     select r.id, ?, title, description, licence, themes, keywords, access, "sharedWith", listing, issued, modified, frequency, "landingPage",
       coalesce("ownerReadsPersonal", false), hash, 'ACTIVE', now(), now(), now(), ?, coalesce((select number from datasets where datasets.id = r.id), nextval('dataset_numbers'))
     from json_to_recordset(?::json) as r (id text, title text, description text, licence jsonb, themes text[], keywords text[], access text,
       "sharedWith" text[], listing text, issued timestamptz, modified timestamptz, frequency text, "landingPage" text, "ownerReadsPersonal" boolean,
       hash text)
     on conflict (id) do update set title = excluded.title, description = excluded.description, licence = excluded.licence,
       themes = excluded.themes, keywords = excluded.keywords, access = excluded.access, shared_with = excluded.shared_with,
       listing = excluded.listing, issued = excluded.issued, modified = excluded.modified, frequency = excluded.frequency,
       landing_page = excluded.landing_page, owner_reads_personal = excluded.owner_reads_personal, hash = excluded.hash, status = 'ACTIVE', missing_since = null, last_seen = now(),
       updated_at = case when datasets.hash = excluded.hash then datasets.updated_at else now() end, seen_by = excluded.seen_by`,
    [
      run.spokeId,
      run.id,
      JSON.stringify(written.map((one) => ({ ...describe(one.description), id: idOf(run.spokeId, one), hash: one.hash }))),
    ],
  )
  await insertDistributions(
    transaction,
    written.flatMap((one) => place(idOf(run.spokeId, one), one.description.distributions)),
  )
  await insertTables(
    transaction,
    written.flatMap((one) => place(idOf(run.spokeId, one), one.description.tables)),
  )
}

const describe = ({ distributions: _distributions, tables: _tables, ...own }: DatasetDescription) => own

type Placed<Part> = Part & { datasetId: string; position: number }

const place = <Part extends { id: string }>(datasetId: string, parts: readonly Part[]): Placed<Part>[] =>
  parts.map((part, position) => ({ ...part, id: `${datasetId}/${part.id}`, datasetId, position }))

async function insertDistributions(
  transaction: Knex.Transaction,
  distributions: readonly Placed<DistributionDescription>[],
): Promise<void> {
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
    `insert into tables (id, dataset_id, position, name, title, row_count, version, problems, primary_key, foreign_keys)
     select id, "datasetId", position, name, title, "rowCount", version, problems, coalesce("primaryKey", '{}'), coalesce("foreignKeys", '[]')
     from json_to_recordset(?::json) as r (id text, "datasetId" text, position integer, name text, title text, "rowCount" bigint, version text,
       problems text[], "primaryKey" text[], "foreignKeys" jsonb)`,
    [JSON.stringify(tables.map((table) => ({ ...table, columns: undefined })))],
  )
  await transaction.raw(
    `insert into columns (table_id, position, name, title, type, scale, semantic_type, nullable, description, unit, sensitivity, profile, day_assumed,
       not_wgs84)
     select "tableId", position, name, title, type, scale, "semanticType", nullable, description, unit, sensitivity, profile,
       coalesce("dayAssumed", false), coalesce("notWgs84", false)
     from json_to_recordset(?::json) as r ("tableId" text, position integer, name text, title text, type text, scale smallint,
       "semanticType" text, nullable boolean, description text, unit text, sensitivity text, profile jsonb, "dayAssumed" boolean, "notWgs84" boolean)`,
    [JSON.stringify(tables.flatMap(({ id, columns }) => columns.map((column, position) => ({ ...column, tableId: id, position }))))],
  )
}
